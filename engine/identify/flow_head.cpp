// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/flow_head.h"

#include "engine/identify/identity_notes.h"
#include "engine/identify/quic_initial.h"

namespace flowscent::identify {

namespace {

constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;

bool isDnsPort(const FlowPacket& packet)
{
    const auto is = [](std::uint16_t port) { return port == 53 || port == 5353 || port == 5355; }; // mDNS, LLMNR
    return is(packet.sourcePort) || is(packet.destinationPort);
}

bool isNetbiosPort(const FlowPacket& packet)
{
    return packet.sourcePort == 137 || packet.destinationPort == 137;
}

} // namespace

bool FlowHead::take(const FlowPacket& packet, std::uint8_t clientSide, Names& names, Identity& identity)
{
    if (m_sides[packet.side].found && m_connection.empty()) // QUIC's client may choose new keys yet
        return !m_sides[1 - packet.side].found;
    if (packet.protocol == tcp)
        takeSegment(packet, clientSide, names, identity);
    else if (packet.protocol == udp)
        takeDatagram(packet, names, identity);
    else
        return false;
    return !(m_sides[0].found && m_sides[1].found);
}

void FlowHead::takeSegment(const FlowPacket& packet, std::uint8_t clientSide, Names& names, Identity& identity)
{
    Side& side = m_sides[packet.side];
    if ((side.other || side.stream.bytes().empty()) && beginsHello(packet.payload))
        side.stream.restart(packet.sequence, packet.payload);
    else
        side.stream.add(packet.sequence, packet.payload);
    switch (read(packet, packet.side == clientSide, names, identity)) {
    case Finding::Found:
        side.found = true;
        side.stream.clear();
        break;
    case Finding::Other:
        side.other = true;
        side.stream.putAside();
        break;
    case Finding::Incomplete:
        side.other = false;
        break;
    }
}

/// Writes what can be said already, too, while a head is incomplete; a head that fills all our room is as good as
/// complete.
Finding FlowHead::read(const FlowPacket& packet, bool fromClient, Names& names, Identity& identity)
{
    const TcpBeginning& stream = m_sides[packet.side].stream;
    const Bytes bytes = stream.bytes();
    if (bytes.empty())
        return Finding::Incomplete;
    HelloMessage hello;
    if (const Finding finding = findHello(bytes, hello); finding != Finding::Other) {
        if (finding == Finding::Found && !noteHello(hello, Carrier::Tcp, names, identity))
            return Finding::Other;
        return finding;
    }
    SshHead ssh;
    if (const Finding finding = parseSshHead(bytes, ssh); finding != Finding::Other || !ssh.banner.empty()) {
        if (!ssh.banner.empty())
            noteSsh(ssh, fromClient, finding == Finding::Found, names, identity);
        return finding == Finding::Other ? Finding::Found : finding;
    }
    if (isDnsPort(packet)) {
        DnsQuestion question;
        const Finding finding = parseDnsStream(bytes, question);
        if (finding == Finding::Found)
            noteDns(question, names, identity);
        return finding;
    }
    HttpHead http;
    const Finding finding = parseHttpHead(bytes, http);
    if (finding == Finding::Found || (finding == Finding::Incomplete && stream.full())) {
        noteHttp(http, names, identity);
        return Finding::Other; // TLS may follow: CONNECT, Upgrade
    }
    return finding;
}

void FlowHead::takeDatagram(const FlowPacket& packet, Names& names, Identity& identity)
{
    Side& side = m_sides[packet.side];
    DnsQuestion question;
    HelloMessage hello;
    if (takeQuic(packet, names, identity))
        return;
    if (isNetbiosPort(packet)) // looks like DNS, but its names are packed beyond recognition (RFC 1001, section 14.1)
        return;
    if (parseDnsMessage(packet.payload, !isDnsPort(packet), question) == Finding::Found) {
        noteDns(question, names, identity);
        m_sides[0].found = m_sides[1].found = true;
    } else if (findDatagramHello(packet.payload, hello) == Finding::Found) {
        side.found = noteHello(hello, Carrier::Datagrams, names, identity);
    }
}

/// Whether the datagram held an Initial packet that could be opened.
bool FlowHead::takeQuic(const FlowPacket& packet, Names& names, Identity& identity)
{
    bool any = false;
    Side& side = m_sides[packet.side];
    Bytes datagram = packet.payload;
    while (const auto initial = nextInitial(datagram)) {
        const auto frames = opened(*initial, packet.side);
        if (frames.empty())
            continue;
        any = true;
        identity.spoken = Spoken::Quic;
        if (side.found || !collectCrypto(frames, side.crypto))
            continue;
        HelloMessage hello;
        if (findBareHello(side.crypto.bytes(), hello) == Finding::Found) {
            side.found = noteHello(hello, Carrier::Quic, names, identity);
            side.crypto.clear();
        }
    }
    return any;
}

/// The frames of an Initial packet; none when its keys are not to be had. After a Retry the client chooses anew.
std::vector<std::uint8_t> FlowHead::opened(const QuicInitial& packet, std::uint8_t side)
{
    if (!m_connection.empty()) {
        if (auto frames = openInitial(packet, m_connection, side == m_quicClient))
            return std::move(*frames);
        if (side != m_quicClient)
            return {};
    }
    auto frames = openInitial(packet, packet.connection, true);
    if (!frames)
        return {};
    m_connection.assign(packet.connection.begin(), packet.connection.end());
    m_quicClient = side;
    return std::move(*frames);
}

std::size_t FlowHead::memory() const
{
    std::size_t bytes = m_connection.capacity();
    for (const Side& side : m_sides)
        bytes += side.stream.memory() + side.crypto.memory();
    return bytes;
}

void FlowHead::clear()
{
    *this = FlowHead();
}

} // namespace flowscent::identify
