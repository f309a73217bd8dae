// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/alike.h"

#include <algorithm>

namespace flowscent::hunt {

namespace {

constexpr std::uint32_t lookEvery = 65536; ///< flows between two looks at the stop token

std::vector<AlikeFlows> groupsOf(const flow::FlowTable& table, flow::FlowId flow)
{
    const std::string client = packet::text(table.client[flow.value].address);
    const std::string server = packet::text(table.server[flow.value].address);
    const identify::Identity identity = table.identity(flow);
    std::vector<AlikeFlows> groups;
    const auto add = [&groups](Alike kind, std::string what) {
        if (!what.empty())
            groups.push_back({kind, std::move(what), {}});
    };
    add(Alike::Conversation, client + ":" + std::to_string(table.client[flow.value].port) + " and " + server + ":" +
                                 std::to_string(table.server[flow.value].port));
    add(Alike::HostPair, client + " and " + server);
    add(Alike::Source, client);
    add(Alike::Destination, server);
    add(Alike::Ja3, std::string(table.text(identity.clientPrint)));
    add(Alike::Ja4, std::string(table.text(identity.ja4)));
    add(Alike::Host, std::string(table.text(identity.host)));
    add(Alike::Application, std::string(table.text(identity.application)));
    return groups;
}

struct Ends {
    const packet::Endpoint& client;
    const packet::Endpoint& server;
};

bool sameHosts(const Ends& a, const Ends& b)
{
    return (a.client.address == b.client.address && a.server.address == b.server.address) ||
           (a.client.address == b.server.address && a.server.address == b.client.address);
}

bool sameEnds(const Ends& a, const Ends& b)
{
    return (a.client == b.client && a.server == b.server) || (a.client == b.server && a.server == b.client);
}

} // namespace

std::vector<AlikeFlows> flowsAlike(const flow::FlowTable& table, flow::FlowId flow, const std::stop_token& stop)
{
    if (flow.value >= table.size())
        return {};
    std::vector<AlikeFlows> groups = groupsOf(table, flow);
    const identify::Identity mine = table.identity(flow);
    const packet::Endpoint client = table.client[flow.value];
    const packet::Endpoint server = table.server[flow.value];
    const std::uint8_t protocol = table.protocol[flow.value];
    const Ends ends{client, server};
    const auto belongs = [&](Alike kind, std::uint32_t row, const identify::Identity& identity) {
        const Ends other{table.client[row], table.server[row]};
        switch (kind) {
        case Alike::Conversation:
            return table.protocol[row] == protocol && sameEnds(other, ends);
        case Alike::HostPair:
            return sameHosts(other, ends);
        case Alike::Source:
            return other.client.address == client.address;
        case Alike::Destination:
            return other.server.address == server.address;
        case Alike::Ja3:
            return identity.clientPrint == mine.clientPrint;
        case Alike::Ja4:
            return identity.ja4 == mine.ja4;
        case Alike::Host:
            return identity.host == mine.host;
        case Alike::Application:
            return identity.application == mine.application;
        case Alike::Count:
            break;
        }
        return false;
    };
    const auto size = static_cast<std::uint32_t>(table.size());
    for (std::uint32_t row = 0; row < size; ++row) {
        if (row % lookEvery == 0 && stop.stop_requested())
            return {};
        const identify::Identity identity = table.identity(flow::FlowId(row));
        for (AlikeFlows& group : groups) {
            if (belongs(group.kind, row, identity))
                group.flows.insert(flow::FlowId(row));
        }
    }
    return groups;
}

} // namespace flowscent::hunt
