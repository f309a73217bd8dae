// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace flowscent::packet {

static_assert(std::endian::native == std::endian::little);

/// Numbers in network order; the bytes must be there.
[[nodiscard]] inline std::uint16_t number16(const std::uint8_t* bytes)
{
    std::uint16_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return __builtin_bswap16(value);
}
[[nodiscard]] inline std::uint32_t number32(const std::uint8_t* bytes)
{
    std::uint32_t value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return __builtin_bswap32(value);
}

/// Bounded big-endian reads: asking beyond the end gives 0, and `has` says so beforehand.
class ByteReader {
public:
    explicit ByteReader(std::span<const std::uint8_t> bytes)
        : m_bytes(bytes)
    {
    }

    [[nodiscard]] bool has(std::size_t offset, std::size_t count) const
    {
        return offset <= m_bytes.size() && count <= m_bytes.size() - offset;
    }
    [[nodiscard]] std::uint8_t u8(std::size_t offset) const
    {
        return has(offset, 1) ? m_bytes[offset] : std::uint8_t{0};
    }
    [[nodiscard]] std::uint16_t u16(std::size_t offset) const
    {
        if (!has(offset, 2)) // the half that is there counts
            return static_cast<std::uint16_t>(u8(offset) << 8);
        return number16(at(offset));
    }
    [[nodiscard]] std::uint32_t u32(std::size_t offset) const
    {
        if (!has(offset, 4))
            return (std::uint32_t{u16(offset)} << 16) | u16(offset + 2);
        return number32(at(offset));
    }
    [[nodiscard]] const std::uint8_t* at(std::size_t offset) const { return m_bytes.data() + offset; }
    /// What follows an offset, which must not lie beyond the end.
    [[nodiscard]] ByteReader from(std::size_t offset) const { return ByteReader(m_bytes.subspan(offset)); }
    [[nodiscard]] std::size_t size() const { return m_bytes.size(); }

private:
    std::span<const std::uint8_t> m_bytes;
};

} // namespace flowscent::packet
