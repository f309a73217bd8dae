// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/packet_sums.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace flowscent::flow {

using packet::TcpFlag;

namespace {

double seconds(base::Nanoseconds time)
{
    return static_cast<double>(time) / static_cast<double>(base::nanosecondsPerSecond);
}

} // namespace

void PacketSums::take(const Observation& packet, bool tcp)
{
    const std::size_t direction = (packet.marks & FromServer) != 0 ? inward : outward;
    ++m_sums.packets[direction];
    if (tcp)
        takeSegment(packet, direction);
    if ((packet.marks & noiseMarks) == 0)
        takeKept(packet, direction);
}

void PacketSums::takeSegment(const Observation& packet, std::size_t direction)
{
    for (unsigned left = packet.tcpFlags & 0x3fU; left != 0; left &= left - 1)
        countUpIf(true, m_sums.flags[direction][static_cast<std::size_t>(std::countr_zero(left))]);
    countUpIf(packet.tcpWindow == 0 && (packet.tcpFlags & TcpFlag::Rst) == 0, m_sums.zeroWindows);
    if ((packet.tcpFlags & TcpFlag::Syn) != 0) {
        if (direction == outward && !m_synSeen) {
            m_synSeen = true;
            m_synAt = packet.sinceStart;
        }
        if (direction == inward && m_synSeen && m_sums.handshakeRtt < 0)
            m_sums.handshakeRtt = std::max<std::int64_t>(0, packet.sinceStart - m_synAt);
    }
    if ((packet.marks & noiseMarks) == 0)
        return;
    countUpIf((packet.marks & Retransmission) != 0, m_sums.retransmissions);
    countUpIf((packet.marks & OutOfOrder) != 0, m_sums.outOfOrder);
    countUpIf((packet.marks & KeepAlive) != 0, m_sums.keepAlives);
    countUpIf((packet.marks & DuplicateAck) != 0, m_sums.duplicateAcks);
}

void PacketSums::takeKept(const Observation& packet, std::size_t direction)
{
    const base::Nanoseconds time = packet.sinceStart;
    if (m_anyKept)
        m_sums.allGaps.add(seconds(std::max<std::int64_t>(0, time - m_lastKept)));
    if (m_sums.payload[direction].count > 0)
        m_sums.gaps[direction].add(seconds(std::max<std::int64_t>(0, time - m_lastOf[direction])));
    m_sums.payload[direction].add(packet.payloadLength);
    if (packet.payloadLength > 0) {
        countUpIf(true, m_sums.withPayload[direction]);
        countUpIf(m_payloadFrom != 2 && m_payloadFrom != direction, m_sums.turns);
        m_payloadFrom = static_cast<std::uint8_t>(direction);
    }
    m_lastOf[direction] = time;
    m_lastKept = time;
    m_anyKept = true;
}

void PacketSums::turnRound()
{
    std::swap(m_sums.packets[outward], m_sums.packets[inward]);
    std::swap(m_sums.payload[outward], m_sums.payload[inward]);
    std::swap(m_sums.gaps[outward], m_sums.gaps[inward]);
    std::swap(m_sums.flags[outward], m_sums.flags[inward]);
    std::swap(m_sums.withPayload[outward], m_sums.withPayload[inward]);
    std::swap(m_lastOf[outward], m_lastOf[inward]);
    if (m_payloadFrom != 2)
        m_payloadFrom = static_cast<std::uint8_t>(1 - m_payloadFrom);
}

} // namespace flowscent::flow
