// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/crc32c.h"

#include <array>

namespace flowscent::base {

namespace {

constexpr std::array<std::uint32_t, 256> remainders()
{
    constexpr std::uint32_t reflected = 0x82F63B78;
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t rest = byte;
        for (int bit = 0; bit < 8; ++bit)
            rest = (rest >> 1) ^ ((rest & 1) != 0 ? reflected : 0);
        table[byte] = rest;
    }
    return table;
}

} // namespace

std::uint32_t crc32c(std::string_view bytes)
{
    static constexpr auto table = remainders();
    std::uint32_t rest = ~std::uint32_t{0};
    for (const char byte : bytes)
        rest = (rest >> 8) ^ table[(rest ^ static_cast<unsigned char>(byte)) & 0xFF];
    return ~rest;
}

} // namespace flowscent::base
