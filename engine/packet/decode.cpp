// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/headers.h"

#include "engine/packet/byte_reader.h"
#include "engine/packet/icmp.h"
#include "engine/packet/ip_layer.h"
#include "engine/packet/link_layer.h"
#include "engine/packet/plain_frame.h"
#include "engine/packet/tunnel.h"

#include <algorithm>
#include <array>

namespace flowscent::packet {

namespace {

constexpr int mostTunnels = 4;

std::optional<SkipReason> finish(Headers& headers, const Network& network, std::uint32_t headerLength)
{
    if (headerLength > network.length)
        return SkipReason::Malformed;
    headers.payloadLength = network.length - headerLength;
    headers.payloadOffset = static_cast<std::uint32_t>(network.transport) + headerLength;
    return std::nullopt;
}

void readPorts(const ByteReader& frame, std::size_t at, Headers& headers)
{
    headers.source.port = frame.u16(at);
    headers.destination.port = frame.u16(at + 2);
}

std::optional<SkipReason> readTcp(const ByteReader& frame, const Network& network, Headers& headers)
{
    const std::size_t at = network.transport;
    if (!frame.has(at, 20))
        return SkipReason::TruncatedHeader;
    readPorts(frame, at, headers);
    headers.tcpSequence = frame.u32(at + 4);
    headers.tcpAcknowledged = frame.u32(at + 8);
    headers.tcpFlags = frame.u8(at + 13) & 0x3f;
    headers.tcpWindow = frame.u16(at + 14);
    const std::uint32_t headerLength = std::uint32_t{frame.u8(at + 12)} / 16 * 4;
    if (headerLength < 20 || network.length < 20)
        return SkipReason::Malformed;
    // Scanners send headers that claim options they do not have: the ports are there all the same.
    return finish(headers, network, std::min(headerLength, network.length));
}

std::optional<SkipReason> readWithPorts(const ByteReader& frame, const Network& network, Headers& headers,
                                        std::uint32_t headerLength)
{
    if (!frame.has(network.transport, headerLength))
        return SkipReason::TruncatedHeader;
    readPorts(frame, network.transport, headers);
    return finish(headers, network, headerLength);
}

/// The key's ports of ICMP are type and answering type, so that a query meets its reply in one flow; a message that is
/// one-way carries type and code.
std::optional<SkipReason> readIcmp(const ByteReader& frame, const Network& network, Headers& headers)
{
    if (!frame.has(network.transport, 4))
        return SkipReason::TruncatedHeader;
    headers.icmpType = frame.u8(network.transport);
    headers.icmpCode = frame.u8(network.transport + 1);
    headers.source.port = headers.icmpType;
    headers.destination.port =
        icmpCounterpart(headers.icmpType, headers.protocol == static_cast<std::uint8_t>(Protocol::Icmp6))
            .value_or(headers.icmpCode);
    return finish(headers, network, std::min<std::uint32_t>(8, network.length));
}

bool isIcmpError(const Headers& headers)
{
    if (headers.protocol == static_cast<std::uint8_t>(Protocol::Icmp6))
        return headers.icmpType >= 1 && headers.icmpType <= 4;     // unreachable, too big, time exceeded, bad parameter
    constexpr std::array<std::uint8_t, 5> errors{3, 4, 5, 11, 12}; // unreachable, quench, redirect, time, parameter
    return headers.protocol == static_cast<std::uint8_t>(Protocol::Icmp) &&
           std::ranges::find(errors, headers.icmpType) != errors.end();
}

/// The ports are the first bytes of TCP, UDP and SCTP alike, and more than eight need not be there.
std::optional<Quoted> readQuoted(const ByteReader& frame, std::size_t offset)
{
    Headers headers;
    Network network;
    if (readNetwork(frame, offset, headers, network))
        return std::nullopt;
    const auto protocol = static_cast<Protocol>(headers.protocol);
    const bool hasPorts = protocol == Protocol::Tcp || protocol == Protocol::Udp || protocol == Protocol::Sctp;
    const bool isIcmp = protocol == Protocol::Icmp || protocol == Protocol::Icmp6;
    if (hasPorts && frame.has(network.transport, 4))
        readPorts(frame, network.transport, headers);
    else if (!isIcmp || readIcmp(frame, network, headers))
        return std::nullopt;
    return Quoted{headers.source, headers.destination, headers.protocol};
}

std::optional<SkipReason> readTransport(const ByteReader& frame, const Network& network, Headers& headers)
{
    switch (static_cast<Protocol>(headers.protocol)) {
    case Protocol::Tcp:
        return readTcp(frame, network, headers);
    case Protocol::Udp:
        return readWithPorts(frame, network, headers, 8);
    case Protocol::Sctp:
        return readWithPorts(frame, network, headers, 12);
    case Protocol::Icmp:
    case Protocol::Icmp6:
        return readIcmp(frame, network, headers);
    }
    return SkipReason::OtherProtocol;
}

} // namespace

std::string_view text(SkipReason reason)
{
    switch (reason) {
    case SkipReason::UnknownLinkType:
        return "unknown link type";
    case SkipReason::NotIp:
        return "not IP";
    case SkipReason::TruncatedHeader:
        return "header cut off";
    case SkipReason::Malformed:
        return "malformed header";
    case SkipReason::LaterFragment:
        return "later fragment";
    case SkipReason::OtherProtocol:
        return "other IP protocol";
    case SkipReason::Count:
        break;
    }
    return "";
}

namespace {

/// What the datagram at `offset` says, or, where it carries another, what that one says. The outermost fragment and
/// the outermost tunnel count.
std::optional<SkipReason> readDatagram(const ByteReader& frame, std::size_t offset, int depth, Headers& headers,
                                       std::optional<Fragment>& fragment)
{
    Network network;
    const auto refused = readNetwork(frame, offset, headers, network);
    if (!fragment)
        fragment = network.fragment;
    if (refused)
        return refused;
    const auto carried = readTunnel(frame, headers.protocol, network.transport);
    if (!carried)
        return readTransport(frame, network, headers);
    if (depth == mostTunnels)
        return SkipReason::Malformed;
    Headers inner;
    auto piece = fragment;
    if (piece)
        piece->tunnelled = true;
    const auto reason = readDatagram(frame, carried->offset, depth + 1, inner, piece);
    // A port that looks like a tunnel's proves nothing: when nothing can be read within, the outer flow is the flow.
    if (reason && *reason != SkipReason::LaterFragment && headers.protocol == static_cast<std::uint8_t>(Protocol::Udp))
        return readTransport(frame, network, headers);
    fragment = piece;
    headers = inner;
    headers.tunnel = carried->tunnel;
    return reason;
}

} // namespace

SkipReason decodeInto(std::span<const std::uint8_t> bytes, int linkType, Headers& headers, Rarities& rarities)
{
    constexpr int ethernet = 1;
    if (linkType == ethernet && readPlainFrame(bytes, headers))
        return SkipReason::Count;
    const ByteReader frame(bytes);
    const LinkLayer link = readLinkLayer(frame, linkType);
    if (!link.ip)
        return link.skipped;
    if (const auto reason = readDatagram(frame, link.offset, 0, headers, rarities.fragment))
        return *reason;
    headers.vlan = link.vlan;
    if (isIcmpError(headers))
        rarities.quoted = readQuoted(frame, headers.payloadOffset);
    return SkipReason::Count;
}

Decoded decode(std::span<const std::uint8_t> bytes, int linkType)
{
    Headers headers;
    Rarities rarities;
    const SkipReason skipped = decodeInto(bytes, linkType, headers, rarities);
    if (skipped != SkipReason::Count)
        return {std::nullopt, skipped, rarities.fragment, std::nullopt};
    return {headers, SkipReason::NotIp, rarities.fragment, rarities.quoted};
}

} // namespace flowscent::packet
