// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace flowscent::identify {

using Bytes = std::span<const std::uint8_t>;

[[nodiscard]] inline std::string_view characters(Bytes bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads big-endian numbers and length-prefixed fields from front to back. Reading beyond the end gives zeros and empty
/// fields, and marks the cursor as failed for good: a parser asks once, when it is through.
class Cursor {
public:
    explicit Cursor(Bytes bytes)
        : m_left(bytes)
    {
    }

    [[nodiscard]] std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    [[nodiscard]] std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    [[nodiscard]] std::uint32_t u24() { return number(3); }
    [[nodiscard]] std::uint32_t u32() { return number(4); }
    [[nodiscard]] Bytes take(std::size_t count)
    {
        if (count > m_left.size()) {
            m_failed = true;
            m_left = {};
            return {};
        }
        const Bytes taken = m_left.first(count);
        m_left = m_left.subspan(count);
        return taken;
    }
    void skip(std::size_t count) { (void)take(count); }

    [[nodiscard]] bool failed() const { return m_failed; }
    [[nodiscard]] bool atEnd() const { return m_left.empty(); }
    [[nodiscard]] Bytes left() const { return m_left; }

private:
    std::uint32_t number(std::size_t width)
    {
        std::uint32_t value = 0;
        for (const std::uint8_t byte : take(width))
            value = value << 8 | byte;
        return value;
    }

    Bytes m_left;
    bool m_failed = false;
};

/// What a parser says of the first bytes of one direction.
enum class Finding : std::uint8_t {
    Other,      ///< not this protocol, or broken
    Incomplete, ///< so far it may be; more bytes are needed
    Found,
};

} // namespace flowscent::identify
