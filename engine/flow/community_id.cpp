// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/community_id.h"

#include "engine/base/digest.h"

#include <algorithm>

namespace flowscent::flow {

namespace {

bool isIcmp(std::uint8_t protocol)
{
    return protocol == static_cast<std::uint8_t>(packet::Protocol::Icmp) ||
           protocol == static_cast<std::uint8_t>(packet::Protocol::Icmp6);
}

/// A query type and its reply type (the key's ports for two-way ICMP) stand for each other in the specification.
bool isTwoWay(std::uint16_t type, std::uint16_t other, bool v6)
{
    struct Pair {
        std::uint16_t one;
        std::uint16_t two;
    };
    constexpr Pair v4Pairs[] = {{8, 0}, {13, 14}, {15, 16}, {17, 18}, {10, 9}};
    constexpr Pair v6Pairs[] = {{128, 129}, {133, 134}, {135, 136}, {130, 131}, {144, 145}};
    const auto matches = [&](const Pair& pair) {
        return (pair.one == type && pair.two == other) || (pair.one == other && pair.two == type);
    };
    return v6 ? std::ranges::any_of(v6Pairs, matches) : std::ranges::any_of(v4Pairs, matches);
}

void append(std::vector<std::uint8_t>& bytes, std::uint16_t number)
{
    bytes.push_back(static_cast<std::uint8_t>(number >> 8));
    bytes.push_back(static_cast<std::uint8_t>(number & 0xff));
}

void append(std::vector<std::uint8_t>& bytes, const packet::IpAddress& address)
{
    bytes.insert(bytes.end(), address.bytes.begin(), address.bytes.begin() + (address.v6 ? 16 : 4));
}

} // namespace

std::string communityId(const FlowKey& key, std::uint16_t seed)
{
    packet::Endpoint first = key.client;
    packet::Endpoint second = key.server;
    const bool oneWay = isIcmp(key.protocol) && !isTwoWay(first.port, second.port, first.address.v6);
    if (!oneWay && second < first)
        std::swap(first, second);

    std::vector<std::uint8_t> bytes;
    bytes.reserve(2 + 16 + 16 + 2 + 4);
    append(bytes, seed);
    append(bytes, first.address);
    append(bytes, second.address);
    bytes.push_back(key.protocol);
    bytes.push_back(0);
    append(bytes, first.port);
    append(bytes, second.port);
    return "1:" + base::base64(base::sha1(bytes));
}

} // namespace flowscent::flow
