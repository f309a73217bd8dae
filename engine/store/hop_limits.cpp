// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/hop_limits.h"

#include "engine/capture/capture_file.h"
#include "engine/packet/headers.h"

#include <algorithm>

namespace flowscent::store {

namespace {

/// Packets come in the order of their places but for fragments that waited, so only the addresses of a packet are
/// believed; its observation says which packets are worth fetching.
HopLimits ofFlow(const flow::FlowTable& table, flow::FlowId id, capture::PacketFetcher& fetcher)
{
    HopLimits found;
    const auto observations = table.observations(id);
    const auto places = table.places(id);
    const flow::FlowKey key = table.key(id);
    for (std::size_t i = 0; i < std::min(observations.size(), places.size()); ++i) {
        const bool fromServer = (observations[i].marks & flow::FromServer) != 0;
        if ((fromServer ? found.server : found.client) != 0)
            continue;
        const auto packet = fetcher.fetch(places[i]);
        if (!packet)
            break;
        const auto headers = packet::decode(packet->bytes, packet->linkType).headers;
        if (headers && headers->source == (fromServer ? key.server : key.client))
            (fromServer ? found.server : found.client) = headers->hopLimit;
    }
    return found;
}

} // namespace

std::vector<HopLimits> hopLimits(const flow::ReadOutcome& read, std::span<const std::uint32_t> flows)
{
    capture::PacketFetcher fetcher(read.files, read.descriptions);
    std::vector<HopLimits> all;
    all.reserve(flows.size());
    for (const std::uint32_t row : flows)
        all.push_back(ofFlow(*read.table, flow::FlowId(row), fetcher));
    return all;
}

} // namespace flowscent::store
