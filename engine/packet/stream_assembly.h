// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/timestamp.h"
#include "engine/packet/headers.h"

namespace flowscent::packet {

/// What one packet adds to a conversation. `bytes` are borrowed for the call.
struct StreamPiece {
    std::size_t direction = 0; ///< 0 from the client, 1 from the server
    base::Nanoseconds time = 0;
    std::uint32_t packet = 0;            ///< its place in the flow, from 0
    std::uint32_t sequence = 0;          ///< TCP only
    std::uint32_t acknowledged = 0;      ///< TCP only; counts when `flags` has Ack
    std::uint8_t flags = 0;              ///< TCP only
    std::uint32_t length = 0;            ///< payload bytes that were sent, captured or not
    std::span<const std::uint8_t> bytes; ///< payload bytes that were captured: the first of `length`
};

/// The piece that a frame is, whose headers `decode` has read.
[[nodiscard]] StreamPiece streamPiece(const Headers& headers, std::span<const std::uint8_t> frame,
                                      std::size_t direction, base::Nanoseconds time, std::uint32_t packet);

/// A run of one side's payload, or a hole in it.
struct StreamChunk {
    enum class Kind : std::uint8_t {
        Data,
        Missing, ///< sent, and no packet of the capture has it
        Cut,     ///< sent, but the capture kept only the beginning of the packet
    };
    Kind kind = Kind::Data;
    std::uint8_t direction = 0;
    std::uint32_t packet = 0; ///< that brought it; of a hole, the one behind it
    std::uint32_t begin = 0;  ///< Data: where it begins in Stream::bytes
    std::uint32_t length = 0; ///< bytes; of a hole, those that are not there
    std::uint64_t offset = 0; ///< bytes of its side before it, holes counted
    base::Nanoseconds time = 0;

    friend bool operator==(const StreamChunk&, const StreamChunk&) = default;
};

/// A conversation's payload as the talk went. `bytes` holds the data of `chunks` one after the other.
struct Stream {
    std::vector<std::uint8_t> bytes;
    std::vector<StreamChunk> chunks;
    std::array<std::uint64_t, 2> data{};     ///< bytes of each side in `bytes`
    std::array<std::uint64_t, 2> missing{};  ///< bytes of each side in holes of either kind
    std::array<std::uint64_t, 2> repeated{}; ///< bytes that came again and were left out
    std::array<bool, 2> full{};              ///< the side had more than the limit; the rest of it was left out

    [[nodiscard]] std::span<const std::uint8_t> of(const StreamChunk& chunk) const
    {
        return std::span(bytes).subspan(chunk.begin, chunk.kind == StreamChunk::Kind::Data ? chunk.length : 0);
    }
};

/// Puts a TCP conversation's payload in order (RFC 9293, section 3.4), or lines up the payloads of other protocols.
/// Give it the packets of one flow in order of arrival.
///
/// TCP: a side begins at the first sequence number seen of it. Of bytes that were sent twice the first to arrive win;
/// whatever came again is counted and left out, which also takes out keep-alive probes with their byte of garbage. What
/// comes too early waits. A hole is declared when the other side acknowledges bytes behind it (so it was the capture
/// that missed them) or when the packets end. Wireshark's "follow stream" does the same, but lets the later of two
/// packets win that overlap while both wait. Sequence numbers may wrap any number of times.
///
/// Memory: at most `limit` bytes a side, counting what waits and 64 bytes of book-keeping a chunk. Pure: no files, no
/// clocks. Not thread-safe. Cost: logarithmic in the pieces that wait.
class StreamAssembler {
public:
    static constexpr std::size_t usualLimit = std::size_t{16} << 20; ///< bytes a side

    explicit StreamAssembler(std::uint8_t protocol, std::size_t limit = usualLimit);

    void add(const StreamPiece& piece);
    /// Declares what still waits and gives the whole. The assembler is empty afterwards.
    [[nodiscard]] Stream finish();
    /// Whether nothing more can be taken in.
    [[nodiscard]] bool full() const { return m_stream.full[0] && m_stream.full[1]; }

private:
    struct Waiting {
        std::vector<std::uint8_t> bytes;
        std::uint32_t length = 0;
        std::uint32_t packet = 0;
        base::Nanoseconds time = 0;
    };
    struct Side {
        std::optional<std::uint32_t> first;       ///< sequence number of the side's first byte
        std::uint64_t next = 0;                   ///< offset of the byte expected next
        std::map<std::uint64_t, Waiting> waiting; ///< by offset; no two overlap
        std::size_t used = 0;                     ///< bytes of the limit
    };

    void addTcp(const StreamPiece& piece);
    void wait(Side& side, std::uint64_t offset, const StreamPiece& piece);
    void deliverWaiting(std::size_t direction);
    void skipTo(std::size_t direction, std::uint64_t offset);
    void deliver(std::size_t direction, std::span<const std::uint8_t> bytes, std::uint32_t length, std::uint32_t packet,
                 base::Nanoseconds time);
    void put(StreamChunk chunk, std::span<const std::uint8_t> bytes);
    [[nodiscard]] bool charge(std::size_t direction, std::size_t bytes);

    bool m_tcp;
    std::size_t m_limit;
    std::array<Side, 2> m_sides;
    Stream m_stream;
};

} // namespace flowscent::packet
