// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/support/packet_builder.h"

namespace flowscent::test {

/// A pcapng file written block by block, each as true or as false as a test wants it; capture_builder.h writes whole
/// captures that are right. Remembers where blocks end, for tests that cut files off.
class BlockWriter {
public:
    /// The file up to `length` holds `packets` whole packets, and nothing is half there.
    struct Boundary {
        std::size_t length = 0;
        std::size_t packets = 0;
    };
    struct Option {
        unsigned code = 0;
        Bytes value;
        int length = -1; ///< as it is written; -1 for the true one
    };
    struct Packet {
        std::uint32_t interface = 0;
        std::uint64_t ticks = 0;
        Bytes bytes;
        std::int64_t captured = -1; ///< as it is written; -1 for the true one
        std::int64_t original = -1; ///< as it is written; -1 for the true one
        std::vector<Option> options;
    };

    explicit BlockWriter(bool bigEndian = false)
        : m_bigEndian(bigEndian)
    {
    }

    /// A section in another byte order than the one before.
    BlockWriter& section(bool bigEndian, const std::vector<Option>& options = {});
    BlockWriter& section() { return section(m_bigEndian); }
    BlockWriter& interface(unsigned linkType = 1, const std::vector<Option>& options = {},
                           std::uint32_t snapLength = 262144);
    BlockWriter& enhanced(const Packet& packet);
    BlockWriter& simple(const Packet& packet);
    BlockWriter& obsolete(const Packet& packet);
    /// Any block whose body is these bytes, which need not be a multiple of four. The lengths before and behind the
    /// body are the true one unless they are given.
    BlockWriter& block(std::uint32_t type, const Bytes& body, std::int64_t leading = -1, std::int64_t trailing = -1);

    /// `size` bytes of a number in the byte order of the section.
    [[nodiscard]] Bytes number(std::uint64_t value, unsigned size) const;

    Bytes bytes;
    std::vector<Boundary> boundaries{{}};

private:
    void append(Bytes& body, const std::vector<Option>& options) const;
    void append(Bytes& body, const Packet& packet) const; ///< from the time on
    BlockWriter& packetBlock(std::uint32_t type, const Bytes& body);

    bool m_bigEndian;
};

} // namespace flowscent::test
