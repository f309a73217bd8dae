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

/// Keeps the memory for the next flow, unless a giant has left it.
template <class T>
std::vector<T> emptied(std::vector<T>&& values)
{
    if (values.capacity() > 4 * keptObservations)
        return {};
    values.clear();
    return std::move(values);
}

double seconds(base::Nanoseconds time)
{
    return static_cast<double>(time) / static_cast<double>(base::nanosecondsPerSecond);
}

} // namespace

void FlowState::begin(FlowId id, const PacketNote& note)
{
    auto observations = emptied(std::move(m_record.observations));
    auto places = emptied(std::move(m_record.places));
    *this = {};
    m_record.observations = std::move(observations);
    m_record.places = std::move(places);

    m_id = id;
    const Headers& first = note.headers;
    const Direction direction = directionOf(first);
    m_clientIsLow = direction.senderIsClient == note.fromLow;
    m_record.key = {direction.senderIsClient ? first.source : first.destination,
                    direction.senderIsClient ? first.destination : first.source, first.protocol};
    m_record.directionGuessed = direction.guessed;
    m_record.vlan = first.vlan;
    m_record.tunnel = first.tunnel;
    m_record.start = note.time;
    m_record.last = note.time;
}

void FlowState::take(const PacketNote& note, bool keepPlace)
{
    const Headers& headers = note.headers;
    const std::size_t direction = note.fromLow == m_clientIsLow ? outward : inward;
    const bool tcp = headers.protocol == static_cast<std::uint8_t>(Protocol::Tcp);
    const std::uint8_t marks = tcp ? m_tcp.take(headers, direction) : std::uint8_t{0};
    count(note, direction);
    if (marks != 0)
        countNoise(marks);
    if ((marks & noiseMarks) == 0)
        countGapsAndPayload(headers, note.time, direction);
    observe(headers, note.time, direction, marks);
    m_record.last = std::max(m_record.last, note.time);
    if (keepPlace)
        m_record.places.push_back(note.place);
}

void FlowState::takeError(const Headers& error)
{
    FlowStatistics& statistics = m_record.statistics;
    ++statistics.icmpErrors;
    statistics.icmpType = error.icmpType;
    statistics.icmpCode = error.icmpCode;
}

bool FlowState::takesSyn(const Headers& syn, bool fromLow)
{
    const std::size_t direction = fromLow == m_clientIsLow ? outward : inward;
    switch (m_tcp.judgeSyn(syn, direction)) {
    case SynFit::Same:
        return true;
    case SynFit::Overtaken:
        if (direction == inward)
            turnRound();
        m_record.directionGuessed = false;
        return true;
    case SynFit::Another:
        break;
    }
    return false;
}

/// Client and server change places in everything that was written so far.
void FlowState::turnRound()
{
    m_clientIsLow = !m_clientIsLow;
    std::swap(m_record.key.client, m_record.key.server);
    if (m_record.identity.ssh()) { // of TLS, each side's hello says itself whose it is
        std::swap(m_record.identity.clientPrint, m_record.identity.serverPrint);
        std::swap(m_record.identity.agent, m_record.identity.software);
    }
    FlowStatistics& statistics = m_record.statistics;
    std::swap(statistics.packets[outward], statistics.packets[inward]);
    std::swap(statistics.bytes[outward], statistics.bytes[inward]);
    std::swap(statistics.payload[outward], statistics.payload[inward]);
    std::swap(statistics.gaps[outward], statistics.gaps[inward]);
    std::swap(statistics.flags[outward], statistics.flags[inward]);
    std::swap(statistics.withPayload[outward], statistics.withPayload[inward]);
    for (Observation& observation : m_record.observations)
        observation.marks = static_cast<std::uint8_t>(observation.marks ^ FromServer);
    std::swap(m_lastOf[outward], m_lastOf[inward]);
    if (m_payloadFrom != 2)
        m_payloadFrom = static_cast<std::uint8_t>(1 - m_payloadFrom);
    m_tcp.turnRound();
}

void FlowState::count(const PacketNote& note, std::size_t direction)
{
    const Headers& headers = note.headers;
    FlowStatistics& statistics = m_record.statistics;
    ++statistics.packets[direction];
    statistics.bytes[direction] += note.originalLength;
    if (headers.protocol != static_cast<std::uint8_t>(Protocol::Tcp))
        return;
    for (std::size_t bit = 0; bit < 6; ++bit)
        statistics.flags[direction][bit] += (headers.tcpFlags >> bit) & 1U;
    if (headers.tcpWindow == 0 && (headers.tcpFlags & TcpFlag::Rst) == 0)
        ++statistics.zeroWindows;
    const bool syn = (headers.tcpFlags & TcpFlag::Syn) != 0;
    if (syn && direction == outward && !m_synSeen) {
        m_synSeen = true;
        m_synAt = note.time;
    }
    if (syn && direction == inward && m_synSeen && statistics.handshakeRtt < 0)
        statistics.handshakeRtt = std::max<std::int64_t>(0, note.time - m_synAt);
}

void FlowState::countNoise(std::uint8_t marks)
{
    FlowStatistics& statistics = m_record.statistics;
    statistics.retransmissions += (marks & Retransmission) != 0 ? 1 : 0;
    statistics.outOfOrder += (marks & OutOfOrder) != 0 ? 1 : 0;
    statistics.keepAlives += (marks & KeepAlive) != 0 ? 1 : 0;
    statistics.duplicateAcks += (marks & DuplicateAck) != 0 ? 1 : 0;
}

void FlowState::countGapsAndPayload(const Headers& headers, base::Nanoseconds time, std::size_t direction)
{
    FlowStatistics& statistics = m_record.statistics;
    if (m_anyKept)
        statistics.allGaps.add(seconds(std::max<std::int64_t>(0, time - m_lastKept)));
    if (statistics.payload[direction].count > 0)
        statistics.gaps[direction].add(seconds(std::max<std::int64_t>(0, time - m_lastOf[direction])));
    statistics.payload[direction].add(headers.payloadLength);
    if (headers.payloadLength > 0) {
        ++statistics.withPayload[direction];
        if (m_payloadFrom != 2 && m_payloadFrom != direction)
            ++statistics.turns;
        m_payloadFrom = static_cast<std::uint8_t>(direction);
    }
    m_lastOf[direction] = time;
    m_lastKept = time;
    m_anyKept = true;
}

void FlowState::observe(const Headers& headers, base::Nanoseconds time, std::size_t direction, std::uint8_t marks)
{
    if (m_record.observations.size() >= keptObservations)
        return;
    if (direction == inward)
        marks = static_cast<std::uint8_t>(marks | FromServer);
    m_record.observations.push_back({.sinceStart = time - m_record.start,
                                     .payloadLength = headers.payloadLength,
                                     .tcpWindow = headers.tcpWindow,
                                     .tcpFlags = headers.tcpFlags,
                                     .marks = marks});
}

const FlowRecord& FlowState::record(FlowEnd end)
{
    m_record.end = end;
    if (m_record.key.protocol == static_cast<std::uint8_t>(Protocol::Tcp))
        m_record.state = m_tcp.state();
    return m_record;
}

} // namespace flowscent::flow
