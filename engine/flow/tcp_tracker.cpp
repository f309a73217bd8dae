// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/tcp_tracker.h"

#include <algorithm>
#include <span>
#include <utility>

namespace flowscent::flow {

using packet::TcpFlag;

namespace {

/// a comes before b on the circle of sequence numbers.
bool before(std::uint32_t a, std::uint32_t b)
{
    return static_cast<std::int32_t>(a - b) < 0;
}

bool has(const packet::Headers& segment, TcpFlag flag)
{
    return (segment.tcpFlags & flag) != 0;
}

} // namespace

std::uint8_t TcpTracker::take(const packet::Headers& segment, std::size_t direction)
{
    Side& side = m_sides[direction];
    const std::uint32_t length =
        segment.payloadLength + (has(segment, TcpFlag::Syn) ? 1U : 0U) + (has(segment, TcpFlag::Fin) ? 1U : 0U);
    std::uint8_t marks = 0;
    if (length > 0)
        marks = markData(direction, segment, length);
    marks = static_cast<std::uint8_t>(marks | markAcknowledgement(side, segment, length));
    noteFlags(segment, direction, segment.tcpSequence + length);
    return marks;
}

/// Whether the segment begins in a gap; what lies before it there is given up.
bool TcpTracker::fillGap(std::size_t direction, std::uint32_t begin, std::uint32_t end)
{
    for (Gap& gap : std::span(m_gaps[direction]).first(m_sides[direction].gaps)) {
        if (gap.begin == gap.end || before(begin, gap.begin) || !before(begin, gap.end))
            continue;
        gap.begin = before(end, gap.end) ? end : gap.end;
        return true;
    }
    return false;
}

void TcpTracker::openGap(std::size_t direction, std::uint32_t begin, std::uint32_t end)
{
    auto& gaps = m_gaps[direction];
    std::uint8_t& count = m_sides[direction].gaps;
    count = static_cast<std::uint8_t>(std::min<std::size_t>(count + 1U, gaps.size()));
    std::shift_right(gaps.begin(), gaps.begin() + count, 1);
    gaps[0] = {begin, end};
}

std::uint8_t TcpTracker::markData(std::size_t direction, const packet::Headers& segment, std::uint32_t length)
{
    Side& side = m_sides[direction];
    const std::uint32_t begin = segment.tcpSequence;
    const std::uint32_t end = begin + length;
    if (!side.known) {
        side.known = true;
        side.first = begin;
        side.next = end;
        return 0;
    }
    if (before(begin, side.first))
        side.first = begin;
    if (before(side.next, end)) { // brings something new
        if (before(side.next, begin))
            openGap(direction, side.next, begin);
        side.next = end;
        return 0;
    }
    if (fillGap(direction, begin, end))
        return OutOfOrder;
    const bool control = has(segment, TcpFlag::Syn) || has(segment, TcpFlag::Fin) || has(segment, TcpFlag::Rst);
    if (!control && segment.payloadLength <= 1 && begin == side.next - 1)
        return KeepAlive;
    return Retransmission;
}

std::uint8_t TcpTracker::markAcknowledgement(Side& side, const packet::Headers& segment, std::uint32_t length)
{
    if (!has(segment, TcpFlag::Ack))
        return 0;
    // A keep-alive probe without data is a bare acknowledgement one below the next sequence number.
    const bool bare = length == 0 && !has(segment, TcpFlag::Rst);
    if (bare && side.known && segment.tcpSequence == side.next - 1)
        return KeepAlive;
    const bool repeats =
        side.acknowledges && segment.tcpAcknowledged == side.acknowledged && segment.tcpWindow == side.window;
    side.acknowledges = true;
    side.acknowledged = segment.tcpAcknowledged;
    side.window = segment.tcpWindow;
    return bare && repeats ? DuplicateAck : 0;
}

void TcpTracker::noteFlags(const packet::Headers& segment, std::size_t direction, std::uint32_t end)
{
    Side& side = m_sides[direction];
    Side& other = m_sides[1 - direction];
    if (has(segment, TcpFlag::Syn) && !side.syn) {
        side.syn = true;
        side.synAt = segment.tcpSequence;
    }
    if (has(segment, TcpFlag::Fin)) {
        side.fin = true;
        side.finEnd = end;
    }
    if (has(segment, TcpFlag::Ack) && other.fin && !before(segment.tcpAcknowledged, other.finEnd))
        other.finAcknowledged = true;
    if (has(segment, TcpFlag::Rst) && m_resetBy == 2)
        m_resetBy = static_cast<std::uint8_t>(direction);
    m_closed = m_resetBy != 2 || (side.finAcknowledged && other.finAcknowledged);
}

SynFit TcpTracker::judgeSyn(const packet::Headers& syn, std::size_t direction) const
{
    constexpr std::uint32_t farthest = 1U << 20; // what may overtake a SYN: hardly more than a first window
    const Side& side = m_sides[direction];
    const Side& other = m_sides[1 - direction];
    const std::uint32_t opens = syn.tcpSequence + 1;
    if (side.syn) {
        const bool wentOn = other.known || other.acknowledges || side.acknowledges;
        return syn.tcpSequence == side.synAt || !wentOn ? SynFit::Same : SynFit::Another;
    }
    if (other.syn || (!side.known && !other.acknowledges))
        return SynFit::Same;
    const std::uint32_t seen = side.known ? side.first : other.acknowledged;
    return seen - opens < farthest ? SynFit::Overtaken : SynFit::Another;
}

void TcpTracker::turnRound()
{
    std::swap(m_sides[outward], m_sides[inward]);
    std::swap(m_gaps[outward], m_gaps[inward]);
    if (m_resetBy != 2)
        m_resetBy = static_cast<std::uint8_t>(1 - m_resetBy);
}

TcpState TcpTracker::state() const
{
    const bool clientSyn = m_sides[outward].syn;
    const bool serverSyn = m_sides[inward].syn;
    const bool clientFin = m_sides[outward].fin;
    const bool serverFin = m_sides[inward].fin;
    const bool established = clientSyn && serverSyn;
    if (m_resetBy == outward)
        return established ? TcpState::RSTO : clientSyn ? TcpState::RSTOS0 : TcpState::OTH;
    if (m_resetBy == inward)
        return established ? TcpState::RSTR : clientSyn ? TcpState::REJ : serverSyn ? TcpState::RSTRH : TcpState::OTH;
    if (established && clientFin && serverFin)
        return TcpState::SF;
    if (established)
        return clientFin ? TcpState::S2 : serverFin ? TcpState::S3 : TcpState::S1;
    if (clientSyn)
        return clientFin ? TcpState::SH : TcpState::S0;
    if (serverSyn)
        return serverFin ? TcpState::SHR : TcpState::OTH;
    return TcpState::OTH;
}

} // namespace flowscent::flow
