// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "engine/packet/headers.h"

namespace flowscent::flow {

/// The address as two words: comparing bytes would be a call for each. Fetched one by one, for GCC 12 takes the way of
/// an array through memory, where the processor waits for it.
[[nodiscard]] inline std::array<std::uint64_t, 2> wordsOf(const packet::IpAddress& address)
{
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::memcpy(&first, address.bytes.data(), sizeof first);
    std::memcpy(&second, address.bytes.data() + sizeof first, sizeof second);
    return {first, second};
}

[[nodiscard]] inline bool same(const packet::Endpoint& a, const packet::Endpoint& b)
{
    const auto first = wordsOf(a.address);
    const auto second = wordsOf(b.address);
    return first[0] == second[0] && first[1] == second[1] && a.port == b.port && a.address.v6 == b.address.v6;
}

/// An order of endpoints, no matter which, as long as both directions see the same.
[[nodiscard]] inline bool comesFirst(const packet::Endpoint& a, const packet::Endpoint& b)
{
    const auto first = wordsOf(a.address);
    const auto second = wordsOf(b.address);
    if (first[0] != second[0])
        return first[0] < second[0];
    return first[1] != second[1] ? first[1] < second[1] : a.port <= b.port;
}

/// Both directions of a conversation share this: the smaller endpoint comes first.
struct PairKey {
    packet::Endpoint low;
    packet::Endpoint high;
    std::uint8_t protocol = 0;

    [[nodiscard]] bool is(const packet::Endpoint& first, const packet::Endpoint& second, std::uint8_t number) const
    {
        return same(low, first) && same(high, second) && protocol == number;
    }
};

/// Hashes by multiplying pairs of words into 128 bits and folding the halves, as wyhash does
/// (https://github.com/wangyi-fudan/wyhash). The seed is drawn at random for every assembler, so that no capture can
/// be built whose flows all fall into one bucket.
class PairHash {
public:
    explicit PairHash(std::uint64_t seed)
        : m_seed(seed)
    {
    }

    [[nodiscard]] std::uint64_t of(const packet::Endpoint& first, const packet::Endpoint& second,
                                   std::uint8_t protocol) const
    {
        const auto low = wordsOf(first.address);
        const auto high = wordsOf(second.address);
        const std::uint64_t ends = std::uint64_t{first.port} << 32 | std::uint64_t{second.port} << 16 | protocol;
        const std::uint64_t addresses =
            fold(low[0] ^ m_seed, high[0] ^ odd[0]) ^ fold(low[1] ^ odd[1] ^ m_seed, high[1] ^ odd[2]);
        return fold(addresses ^ odd[0], ends ^ m_seed);
    }

private:
    static constexpr std::array<std::uint64_t, 3> odd{0x9e3779b97f4a7c15ULL, 0xbf58476d1ce4e5b9ULL,
                                                      0x94d049bb133111ebULL};

    static std::uint64_t fold(std::uint64_t a, std::uint64_t b)
    {
        __extension__ using Wide = unsigned __int128;
        const Wide product = static_cast<Wide>(a) * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    }

    std::uint64_t m_seed;
};

} // namespace flowscent::flow
