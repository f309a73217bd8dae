// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "engine/packet/headers.h"

namespace flowscent::flow {

/// Both directions of a conversation share this: the smaller endpoint comes first. Used by FlowAssembler alone.
struct PairKey {
    packet::Endpoint low;
    packet::Endpoint high;
    std::uint8_t protocol = 0;

    friend bool operator==(const PairKey&, const PairKey&) = default;
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

    [[nodiscard]] std::size_t operator()(const PairKey& key) const noexcept
    {
        const Words low = words(key.low.address);
        const Words high = words(key.high.address);
        const std::uint64_t ends =
            std::uint64_t{key.low.port} << 32 | std::uint64_t{key.high.port} << 16 | key.protocol;
        const std::uint64_t addresses =
            fold(low[0] ^ m_seed, high[0] ^ odd[0]) ^ fold(low[1] ^ odd[1] ^ m_seed, high[1] ^ odd[2]);
        return fold(addresses ^ odd[0], ends ^ m_seed);
    }

private:
    using Words = std::array<std::uint64_t, 2>;
    static constexpr std::array<std::uint64_t, 3> odd{0x9e3779b97f4a7c15ULL, 0xbf58476d1ce4e5b9ULL,
                                                      0x94d049bb133111ebULL};

    static Words words(const packet::IpAddress& address)
    {
        Words result{};
        std::memcpy(result.data(), address.bytes.data(), sizeof result);
        return result;
    }
    static std::uint64_t fold(std::uint64_t a, std::uint64_t b)
    {
        __extension__ using Wide = unsigned __int128;
        const Wide product = static_cast<Wide>(a) * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    }

    std::uint64_t m_seed;
};

} // namespace flowscent::flow
