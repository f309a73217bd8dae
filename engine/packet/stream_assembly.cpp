// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/stream_assembly.h"

#include <algorithm>
#include <utility>

namespace flowscent::packet {

namespace {

constexpr std::size_t bookKeeping = 64; ///< bytes of a chunk and of a waiting piece beside its payload, at least

/// Where a sequence number lies in its side, which has come as far as `next`. Negative for what was before its
/// beginning. Numbers are modulo 2^32: the nearer of two readings is meant (RFC 9293, section 3.4).
std::int64_t offsetOf(std::uint32_t sequence, std::uint32_t first, std::uint64_t next)
{
    const std::uint32_t expected = first + static_cast<std::uint32_t>(next);
    return static_cast<std::int64_t>(next) + static_cast<std::int32_t>(sequence - expected);
}

} // namespace

StreamPiece streamPiece(const Headers& headers, std::span<const std::uint8_t> frame, std::size_t direction,
                        base::Nanoseconds time, std::uint32_t packet)
{
    StreamPiece piece{.direction = direction,
                      .time = time,
                      .packet = packet,
                      .sequence = headers.tcpSequence,
                      .acknowledged = headers.tcpAcknowledged,
                      .flags = headers.tcpFlags,
                      .length = headers.payloadLength,
                      .bytes = {}};
    if (headers.payloadOffset < frame.size())
        piece.bytes = frame.subspan(headers.payloadOffset,
                                    std::min<std::size_t>(headers.payloadLength, frame.size() - headers.payloadOffset));
    return piece;
}

StreamAssembler::StreamAssembler(std::uint8_t protocol, std::size_t limit)
    : m_tcp(protocol == static_cast<std::uint8_t>(Protocol::Tcp))
    , m_limit(std::min<std::size_t>(limit, UINT32_MAX / 2)) // both sides share positions of 32 bits
{
}

void StreamAssembler::add(const StreamPiece& piece)
{
    StreamPiece honest = piece;
    honest.bytes = piece.bytes.first(std::min<std::size_t>(piece.bytes.size(), piece.length));
    if (m_tcp)
        addTcp(honest);
    else if (honest.length > 0)
        deliver(honest.direction, honest.bytes, honest.length, honest.packet, honest.time);
}

void StreamAssembler::addTcp(const StreamPiece& piece)
{
    const std::size_t other = 1 - piece.direction;
    if (Side& heard = m_sides[other]; (piece.flags & Ack) != 0 && heard.first && !heard.waiting.empty()) {
        const std::uint64_t lowest = heard.waiting.begin()->first;
        if (offsetOf(piece.acknowledged, *heard.first, heard.next) > static_cast<std::int64_t>(lowest)) {
            skipTo(other, lowest);
            deliverWaiting(other);
        }
    }

    Side& side = m_sides[piece.direction];
    const std::uint32_t sequence = piece.sequence + ((piece.flags & Syn) != 0 ? 1 : 0);
    if (!side.first)
        side.first = sequence;
    if (piece.length == 0)
        return;
    const std::int64_t begin = offsetOf(sequence, *side.first, side.next);
    const std::int64_t end = begin + piece.length;
    if (end <= static_cast<std::int64_t>(side.next)) {
        m_stream.repeated[piece.direction] += piece.length;
        return;
    }
    StreamPiece fresh = piece;
    std::uint64_t offset = side.next;
    if (begin < static_cast<std::int64_t>(side.next)) {
        const auto known = static_cast<std::uint32_t>(static_cast<std::int64_t>(side.next) - begin);
        m_stream.repeated[piece.direction] += known;
        fresh.bytes = fresh.bytes.subspan(std::min<std::size_t>(known, fresh.bytes.size()));
        fresh.length -= known;
    } else {
        offset = static_cast<std::uint64_t>(begin);
    }
    if (offset == side.next && side.waiting.empty()) { // nearly every packet
        deliver(fresh.direction, fresh.bytes, fresh.length, fresh.packet, fresh.time);
        return;
    }
    wait(side, offset, fresh);
    deliverWaiting(piece.direction);
}

/// Keeps the parts of a piece that nothing which waits has already.
void StreamAssembler::wait(Side& side, std::uint64_t offset, const StreamPiece& piece)
{
    const std::uint64_t end = offset + piece.length;
    std::uint64_t at = offset;
    auto next = side.waiting.upper_bound(at);
    if (next != side.waiting.begin()) {
        const auto& [before, held] = *std::prev(next);
        at = std::max(at, std::min(end, before + held.length));
    }
    m_stream.repeated[piece.direction] += at - offset;
    while (at < end) {
        const std::uint64_t until = next == side.waiting.end() ? end : std::min(end, next->first);
        if (until > at) {
            const auto from = std::min<std::size_t>(at - offset, piece.bytes.size());
            const auto part = piece.bytes.subspan(from, std::min<std::size_t>(until - at, piece.bytes.size() - from));
            if (!charge(piece.direction, part.size()))
                return;
            side.waiting.emplace_hint(
                next, at,
                Waiting{{part.begin(), part.end()}, static_cast<std::uint32_t>(until - at), piece.packet, piece.time});
        }
        if (next == side.waiting.end())
            return;
        at = std::min(end, next->first + next->second.length);
        m_stream.repeated[piece.direction] += at - until;
        ++next;
    }
}

void StreamAssembler::deliverWaiting(std::size_t direction)
{
    Side& side = m_sides[direction];
    while (!side.waiting.empty() && side.waiting.begin()->first == side.next) {
        auto held = side.waiting.extract(side.waiting.begin());
        const Waiting& piece = held.mapped();
        side.used -= std::min(side.used, piece.bytes.size() + bookKeeping); // charged again as a chunk
        deliver(direction, piece.bytes, piece.length, piece.packet, piece.time);
    }
}

/// Declares everything up to an offset, where something waits, as not captured.
void StreamAssembler::skipTo(std::size_t direction, std::uint64_t offset)
{
    Side& side = m_sides[direction];
    const Waiting& behind = side.waiting.begin()->second;
    put({.kind = StreamChunk::Kind::Missing,
         .direction = static_cast<std::uint8_t>(direction),
         .packet = behind.packet,
         .length = static_cast<std::uint32_t>(offset - side.next),
         .offset = side.next,
         .time = behind.time},
        {});
    side.next = offset;
}

void StreamAssembler::deliver(std::size_t direction, std::span<const std::uint8_t> bytes, std::uint32_t length,
                              std::uint32_t packet, base::Nanoseconds time)
{
    Side& side = m_sides[direction];
    StreamChunk chunk{.direction = static_cast<std::uint8_t>(direction),
                      .packet = packet,
                      .length = static_cast<std::uint32_t>(bytes.size()),
                      .offset = side.next,
                      .time = time};
    if (!bytes.empty())
        put(chunk, bytes);
    if (bytes.size() < length) {
        chunk.kind = StreamChunk::Kind::Cut;
        chunk.offset += bytes.size();
        chunk.length = length - static_cast<std::uint32_t>(bytes.size());
        put(chunk, {});
    }
    side.next += length;
}

void StreamAssembler::put(StreamChunk chunk, std::span<const std::uint8_t> bytes)
{
    if (!charge(chunk.direction, bytes.size()))
        return;
    chunk.begin = static_cast<std::uint32_t>(m_stream.bytes.size());
    m_stream.bytes.insert(m_stream.bytes.end(), bytes.begin(), bytes.end());
    (chunk.kind == StreamChunk::Kind::Data ? m_stream.data : m_stream.missing)[chunk.direction] += chunk.length;
    m_stream.chunks.push_back(chunk);
}

/// A side that is full stays so: a stream with its middle left out would be a lie.
bool StreamAssembler::charge(std::size_t direction, std::size_t bytes)
{
    Side& side = m_sides[direction];
    if (m_stream.full[direction] || bytes + bookKeeping > m_limit - side.used) {
        m_stream.full[direction] = true;
        return false;
    }
    side.used += bytes + bookKeeping;
    return true;
}

Stream StreamAssembler::finish()
{
    for (std::size_t direction = 0; direction < m_sides.size(); ++direction) {
        while (!m_sides[direction].waiting.empty()) {
            skipTo(direction, m_sides[direction].waiting.begin()->first);
            deliverWaiting(direction);
        }
    }
    m_sides = {};
    return std::exchange(m_stream, {});
}

} // namespace flowscent::packet
