// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/features/feature_schema.h"
#include "engine/flow/flow_record.h"

/// The one table behind the schema: each feature's definition stands beside the function that computes it, so that the
/// words and the numbers cannot part. For this module only.
namespace flowscent::features {

/// What a statistic may look at: the flow's running sums and its first packets without noise.
struct StatisticInput {
    const flow::FlowStatistics& sums;
    std::span<const flow::Observation> packets; ///< at most sequenceLength
    double seconds = 0;                         ///< from the first to the last packet
    std::uint8_t protocol = 0;
};

struct StatisticRow {
    FeatureDefinition definition;
    double (*compute)(const StatisticInput&);
};

/// One packet and what came before it in the sequence.
struct PacketInput {
    const flow::Observation& packet;
    const flow::Observation* before = nullptr; ///< the packet before it, of either direction
    std::uint16_t firstWindow = 0;             ///< window of the first packet of the same direction
    std::uint32_t burst = 0;                   ///< packets of the same direction in a row before this one
};

struct PacketRow {
    FeatureDefinition definition;
    double (*compute)(const PacketInput&);
};

[[nodiscard]] std::span<const StatisticRow> statisticRows();
[[nodiscard]] std::span<const PacketRow> packetRows();

} // namespace flowscent::features
