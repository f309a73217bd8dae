// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/support/flow_traits.h"

#include <algorithm>
#include <cassert>

namespace flowscent::detect {

namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Trait::Count)> names{
    "client address", "server address", "client network", "server network", "client port", "server port",
    "client TTL",     "server TTL",     "client MSS",     "server MSS",     "time"};

constexpr std::size_t networkBytesV4 = 3;
constexpr std::size_t networkBytesV6 = 8;

packet::IpAddress networkOf(packet::IpAddress address)
{
    std::fill(address.bytes.begin() + (address.v6 ? networkBytesV6 : networkBytesV4), address.bytes.end(), 0);
    return address;
}

bool hasPorts(std::uint8_t protocol)
{
    using packet::Protocol;
    return protocol == static_cast<std::uint8_t>(Protocol::Tcp) ||
           protocol == static_cast<std::uint8_t>(Protocol::Udp) ||
           protocol == static_cast<std::uint8_t>(Protocol::Sctp);
}

std::optional<TraitValue> unlessZero(std::uint32_t number)
{
    if (number == 0)
        return std::nullopt;
    return TraitValue{{}, number};
}

std::optional<TraitValue> portOf(const FlowTraits& flow, const packet::Endpoint& end)
{
    if (!hasPorts(flow.key.protocol))
        return std::nullopt;
    return TraitValue{{}, end.port};
}

} // namespace

std::vector<FlowTraits> flowTraits(const flow::FlowTable& table, std::span<const std::uint32_t> rows)
{
    std::vector<FlowTraits> all;
    all.reserve(rows.size());
    for (const std::uint32_t row : rows)
        all.push_back({.key = table.key(flow::FlowId(row)),
                       .start = table.start[row],
                       .lasted = table.last[row] - table.start[row]});
    return all;
}

std::string_view text(Trait trait)
{
    assert(trait < Trait::Count);
    return names[static_cast<std::size_t>(trait)];
}

std::optional<TraitValue> valueOf(const FlowTraits& flow, Trait trait)
{
    switch (trait) {
    case Trait::ClientAddress:
        return TraitValue{flow.key.client.address, 0};
    case Trait::ServerAddress:
        return TraitValue{flow.key.server.address, 0};
    case Trait::ClientNetwork:
        return TraitValue{networkOf(flow.key.client.address), 0};
    case Trait::ServerNetwork:
        return TraitValue{networkOf(flow.key.server.address), 0};
    case Trait::ClientPort:
        return portOf(flow, flow.key.client);
    case Trait::ServerPort:
        return portOf(flow, flow.key.server);
    case Trait::ClientHops:
        return unlessZero(flow.hops[flow::outward]);
    case Trait::ServerHops:
        return unlessZero(flow.hops[flow::inward]);
    case Trait::ClientMss:
        return unlessZero(flow.mss[flow::outward]);
    case Trait::ServerMss:
        return unlessZero(flow.mss[flow::inward]);
    case Trait::Time:
    case Trait::Count:
        break;
    }
    return std::nullopt;
}

std::string text(const TraitValue& value, Trait trait)
{
    switch (trait) {
    case Trait::ClientAddress:
    case Trait::ServerAddress:
        return packet::text(value.address);
    case Trait::ClientNetwork:
    case Trait::ServerNetwork:
        return packet::text(value.address) + (value.address.v6 ? "/64" : "/24");
    default:
        return std::to_string(value.number);
    }
}

} // namespace flowscent::detect
