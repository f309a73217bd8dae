// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/identify/cursor.h"

namespace flowscent::identify {

/// The beginning of a stream whose pieces come in any order and more than once. Holds at most `most` bytes and 32
/// separate pieces; what lies further on or does not fit is passed over.
class FirstBytes {
public:
    static constexpr std::size_t most = 16384;

    void add(std::size_t offset, Bytes piece);
    /// From the very beginning as far as there is no gap.
    [[nodiscard]] Bytes bytes() const;
    [[nodiscard]] bool full() const { return bytes().size() == most; }
    [[nodiscard]] std::size_t memory() const { return m_bytes.capacity(); }
    void clear(); ///< gives the memory back too

private:
    struct Range {
        std::size_t begin = 0;
        std::size_t end = 0;
    };
    static constexpr std::size_t mostRanges = 32;

    std::vector<std::uint8_t> m_bytes;
    std::vector<Range> m_ranges; ///< what was written, apart from each other and in order
};

/// The same for one direction of a TCP conversation, by sequence number (modulo 2^32). It begins with the first segment
/// that is added, or anew where somebody sees a beginning.
class TcpBeginning {
public:
    void add(std::uint32_t sequence, Bytes segment);
    /// What came before was no beginning; a piece of it may turn out to be the continuation of this one.
    void restart(std::uint32_t sequence, Bytes segment);
    /// What there is will not be asked for again, unless a segment that should have come before it brings a beginning.
    void putAside();
    [[nodiscard]] Bytes bytes() const { return m_stream.bytes(); }
    [[nodiscard]] bool full() const { return m_stream.full(); }
    [[nodiscard]] std::size_t memory() const;
    void clear();

private:
    /// Together no more than a hello of three segments needs when they come back to front.
    static constexpr std::size_t mostAside = 3;
    static constexpr std::size_t longestAside = 1500;
    struct Aside {
        std::uint32_t begin = 0; ///< sequence number
        std::vector<std::uint8_t> bytes;
    };

    FirstBytes m_stream;
    std::uint32_t m_begin = 0; ///< sequence number of the first byte
    bool m_begun = false;
    std::vector<Aside> m_aside; ///< latest last
};

} // namespace flowscent::identify
