// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/packet_traits.h"

#include "engine/capture/capture_file.h"
#include "engine/packet/headers.h"
#include "engine/packet/tcp_options.h"

#include <algorithm>

namespace flowscent::store {

namespace {

/// Packets come in the order of their places but for fragments that waited, so only the addresses of a packet are
/// believed; its observation says which packets are worth fetching.
void addPackets(const flow::FlowTable& table, flow::FlowId id, capture::PacketFetcher& fetcher,
                detect::FlowTraits& traits)
{
    const auto observations = table.observations(id);
    const auto places = table.places(id);
    for (std::size_t i = 0; i < std::min(observations.size(), places.size()); ++i) {
        const bool fromServer = (observations[i].marks & flow::FromServer) != 0;
        const std::size_t side = fromServer ? flow::inward : flow::outward;
        if (traits.hops[side] != 0)
            continue;
        const auto packet = fetcher.fetch(places[i]);
        if (!packet)
            break;
        const auto headers = packet::decode(packet->bytes, packet->linkType).headers;
        if (!headers || headers->source != (fromServer ? traits.key.server : traits.key.client))
            continue;
        traits.hops[side] = headers->hopLimit;
        traits.mss[side] = packet::maximumSegmentSize(packet->bytes, *headers).value_or(0);
    }
}

} // namespace

std::vector<detect::FlowTraits> packetTraits(const flow::ReadOutcome& read, std::span<const std::uint32_t> flows)
{
    capture::PacketFetcher fetcher(read.files, read.descriptions);
    auto all = detect::flowTraits(*read.table, flows);
    for (std::size_t i = 0; i < flows.size(); ++i)
        addPackets(*read.table, flow::FlowId(flows[i]), fetcher, all[i]);
    return all;
}

} // namespace flowscent::store
