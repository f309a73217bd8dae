// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/flow_view.h"

#include "engine/flow/packet_sums.h"

namespace flowscent::flow {

namespace {

FlowStatistics summed(std::span<const Observation> observations, bool tcp)
{
    PacketSums sums;
    for (const Observation& packet : observations)
        sums.take(packet, tcp);
    return sums.statistics();
}

} // namespace

FlowStatistics FlowView::statistics() const
{
    const bool tcp = key.protocol == static_cast<std::uint8_t>(packet::Protocol::Tcp);
    FlowStatistics all = totals != nullptr ? *totals : summed(observations, tcp);
    all.packets = packets;
    all.bytes = bytes;
    all.icmpErrors = icmpErrors.count;
    all.icmpType = icmpErrors.type;
    all.icmpCode = icmpErrors.code;
    return all;
}

FlowRecord FlowView::record() const
{
    return {.key = key,
            .start = start,
            .last = last,
            .state = state,
            .end = end,
            .directionGuessed = directionGuessed,
            .vlan = vlan,
            .tunnel = tunnel,
            .origin = origin,
            .identity = identity,
            .statistics = statistics(),
            .observations = {observations.begin(), observations.end()},
            .places = {places.begin(), places.end()}};
}

FlowView viewOf(const FlowRecord& record)
{
    const FlowStatistics& statistics = record.statistics;
    return {.key = record.key,
            .start = record.start,
            .last = record.last,
            .state = record.state,
            .end = record.end,
            .directionGuessed = record.directionGuessed,
            .vlan = record.vlan,
            .tunnel = record.tunnel,
            .origin = record.origin,
            .identity = record.identity,
            .packets = statistics.packets,
            .bytes = statistics.bytes,
            .icmpErrors = {statistics.icmpErrors, statistics.icmpType, statistics.icmpCode},
            .observations = record.observations,
            .places = record.places,
            .totals = &statistics};
}

} // namespace flowscent::flow
