// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/community_id.h"

#include "engine/base/digest.h"
#include "engine/packet/icmp.h"

#include <utility>
#include <vector>

namespace flowscent::flow {

namespace {

/// An ICMP message without an answer keeps its direction: type and code are no two ends that could be ordered.
bool isOneWay(const FlowKey& key)
{
    const bool v6 = key.protocol == static_cast<std::uint8_t>(packet::Protocol::Icmp6);
    const bool icmp = v6 || key.protocol == static_cast<std::uint8_t>(packet::Protocol::Icmp);
    return icmp && packet::icmpCounterpart(static_cast<std::uint8_t>(key.client.port), v6) != key.server.port;
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
    if (!isOneWay(key) && second < first)
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
