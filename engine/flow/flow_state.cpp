// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/flow_state.h"

#include "engine/packet/icmp.h"

#include <algorithm>
#include <utility>

namespace flowscent::flow {

using packet::Headers;
using packet::Protocol;
using packet::TcpFlag;

namespace {

struct Direction {
    bool senderIsClient = true;
    bool guessed = false;
};

/// Ports below 1024 are served; those from 32768 up are drawn by clients (Linux' default ephemeral range).
int portClass(std::uint16_t port, bool tcp)
{
    if (port < 1024)
        return 0;
    return tcp && port >= 32768 ? 2 : 1;
}

Direction directionOf(const Headers& headers)
{
    switch (static_cast<Protocol>(headers.protocol)) {
    case Protocol::Icmp:
    case Protocol::Icmp6: {
        const bool v6 = headers.protocol == static_cast<std::uint8_t>(Protocol::Icmp6);
        // What a router announces to a group answers nobody, although its type could be an answer.
        return {.senderIsClient =
                    !packet::isIcmpReply(headers.icmpType, v6) || packet::isMulticast(headers.destination.address)};
    }
    case Protocol::Tcp:
        if ((headers.tcpFlags & TcpFlag::Syn) != 0)
            return {.senderIsClient = (headers.tcpFlags & TcpFlag::Ack) == 0};
        break;
    default:
        break;
    }
    const bool tcp = headers.protocol == static_cast<std::uint8_t>(Protocol::Tcp);
    const int from = portClass(headers.source.port, tcp);
    const int to = portClass(headers.destination.port, tcp);
    if (from == to)
        return {.senderIsClient = true, .guessed = tcp};
    return {.senderIsClient = from > to, .guessed = true};
}

} // namespace

void FlowState::begin(const PacketNote& note)
{
    const Headers& first = note.headers;
    const Direction direction = directionOf(first);
    m_start = note.time;
    m_last = note.time;
    m_packets = {};
    m_bytes = {};
    m_vlan = first.vlan;
    m_tunnel = first.tunnel;
    m_clientIsLow = direction.senderIsClient == note.fromLow;
    m_directionGuessed = direction.guessed;
    m_hasErrors = false;
    m_tcp.begin();
}

void FlowState::take(const PacketNote& note, bool keepPlace, PacketLog& log)
{
    const Headers& headers = note.headers;
    const std::size_t direction = note.fromLow == m_clientIsLow ? outward : inward;
    const bool tcp = headers.protocol == static_cast<std::uint8_t>(Protocol::Tcp);
    unsigned marks = tcp ? m_tcp.take(headers, direction) : 0U;
    if (direction == inward)
        marks |= FromServer;
    const Observation packet{.sinceStart = note.time - m_start,
                             .payloadLength = headers.payloadLength,
                             .tcpWindow = headers.tcpWindow,
                             .tcpFlags = headers.tcpFlags,
                             .marks = static_cast<std::uint8_t>(marks)};
    ++m_packets[direction];
    m_bytes[direction] += note.originalLength;
    m_last = std::max(m_last, note.time);
    if (m_tail.takesObservations()) {
        log.add(m_tail, m_links, packet, note.place);
        return;
    }
    takeMore(packet, tcp, log);
    if (keepPlace)
        log.add(m_tail, m_links, note.place);
}

/// A packet that the log does not take: from now on it is sums that tell.
void FlowState::takeMore(const Observation& packet, bool tcp, const PacketLog& log)
{
    if (!m_sums) {
        m_sums = std::make_unique<PacketSums>();
        PacketLog::Packets before;
        log.read(m_tail, m_links, false, before);
        for (const Observation& earlier : before.observations)
            m_sums->take(earlier, tcp);
    }
    m_sums->take(packet, tcp);
}

void FlowState::takeError(const Headers& error)
{
    if (!m_hasErrors)
        m_errors = {};
    m_hasErrors = true;
    countUpIf(true, m_errors.count);
    m_errors.type = error.icmpType;
    m_errors.code = error.icmpCode;
}

bool FlowState::takesSyn(const Headers& syn, bool fromLow, PacketLog& log)
{
    const std::size_t direction = fromLow == m_clientIsLow ? outward : inward;
    switch (m_tcp.judgeSyn(syn, direction)) {
    case SynFit::Same:
        return true;
    case SynFit::Overtaken:
        if (direction == inward)
            turnRound(log);
        m_directionGuessed = false;
        return true;
    case SynFit::Another:
        break;
    }
    return false;
}

/// Client and server change places in everything that was noted so far.
void FlowState::turnRound(PacketLog& log)
{
    m_clientIsLow = !m_clientIsLow;
    std::swap(m_packets[outward], m_packets[inward]);
    std::swap(m_bytes[outward], m_bytes[inward]);
    log.turnRound(m_tail, m_links);
    if (m_sums)
        m_sums->turnRound();
    m_tcp.turnRound();
}

FlowView FlowState::view(const PairKey& ends, FlowEnd end, bool withPlaces, const PacketLog& log,
                         PacketLog::Packets& packets) const
{
    log.read(m_tail, m_links, withPlaces, packets);
    const bool tcp = ends.protocol == static_cast<std::uint8_t>(Protocol::Tcp);
    return {.key = {m_clientIsLow ? ends.low : ends.high, m_clientIsLow ? ends.high : ends.low, ends.protocol},
            .start = m_start,
            .last = m_last,
            .state = tcp ? m_tcp.state() : TcpState::None,
            .end = end,
            .directionGuessed = m_directionGuessed,
            .vlan = m_vlan,
            .tunnel = m_tunnel,
            .packets = m_packets,
            .bytes = m_bytes,
            .icmpErrors = m_hasErrors ? m_errors : IcmpErrors{},
            .observations = {packets.observations.data(), packets.observations.size()},
            .places = {packets.places.data(), packets.places.size()},
            .totals = m_sums ? &m_sums->statistics() : nullptr};
}

void FlowState::release(PacketLog& log)
{
    log.release(m_tail, m_links);
    m_sums.reset();
}

} // namespace flowscent::flow
