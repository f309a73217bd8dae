// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/base/matrix.h"
#include "engine/base/progress.h"
#include "engine/flow/flow_table.h"

namespace flowscent::features {

/// Features of n flows in native units (bytes, seconds), before scaling.
struct FeatureSet {
    base::Matrix sequences;  ///< n x (sequenceLength * sequenceFields); packet-major; absent packets are all zero
    base::Matrix statistics; ///< n x statisticDefinitions().size()

    [[nodiscard]] std::size_t size() const { return sequences.rows; }
    /// The named rows, in that order.
    [[nodiscard]] FeatureSet rows(std::span<const std::uint32_t> indices) const;
    void append(const FeatureSet& other);
    friend bool operator==(const FeatureSet&, const FeatureSet&) = default;
};

/// What denoising left out of one flow's first packets.
struct NoiseCounters {
    std::uint32_t retransmissions = 0;
    std::uint32_t outOfOrder = 0;
    std::uint32_t keepAlives = 0;
    std::uint32_t duplicateAcks = 0;

    [[nodiscard]] std::uint32_t total() const { return retransmissions + outOfOrder + keepAlives + duplicateAcks; }
    friend bool operator==(const NoiseCounters&, const NoiseCounters&) = default;
};

/// The observations that are not noise, at most sequenceLength, in order.
[[nodiscard]] std::vector<flow::Observation> denoise(std::span<const flow::Observation> observations,
                                                     NoiseCounters& left);

/// One flow, finished or going on: files and the wire share this path.
[[nodiscard]] FeatureSet extract(const flow::FlowRecord& record);
/// Some flows of a table, in that order.
[[nodiscard]] FeatureSet extract(const flow::FlowTable& table, std::span<const flow::FlowId> flows);
/// Every flow of a table; an empty set when stopped.
[[nodiscard]] FeatureSet extract(const flow::FlowTable& table, const base::ProgressSink& progress,
                                 const std::stop_token& stop);

} // namespace flowscent::features
