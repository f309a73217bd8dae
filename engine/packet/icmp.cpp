// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/icmp.h"

#include <array>
#include <span>

namespace flowscent::packet {

namespace {

struct Pair {
    std::uint8_t query;
    std::uint8_t reply;
};

/// Echo, router solicitation, time stamp, information, address mask.
constexpr std::array<Pair, 5> v4Pairs{{{8, 0}, {10, 9}, {13, 14}, {15, 16}, {17, 18}}};
/// Echo, multicast listener, router and neighbour solicitation, node information, home agent discovery.
constexpr std::array<Pair, 6> v6Pairs{{{128, 129}, {130, 131}, {133, 134}, {135, 136}, {139, 140}, {144, 145}}};

std::span<const Pair> pairs(bool v6)
{
    return v6 ? std::span<const Pair>(v6Pairs) : std::span<const Pair>(v4Pairs);
}

} // namespace

std::optional<std::uint8_t> icmpCounterpart(std::uint8_t type, bool v6)
{
    for (const auto [query, reply] : pairs(v6)) {
        if (type == query)
            return reply;
        if (type == reply)
            return query;
    }
    return std::nullopt;
}

bool isIcmpReply(std::uint8_t type, bool v6)
{
    for (const auto [query, reply] : pairs(v6)) {
        if (type == reply)
            return true;
    }
    return false;
}

} // namespace flowscent::packet
