// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/detect/detector.h"
#include "engine/flow/read_flows.h"

namespace flowscent::cli {

/// Raw features of those rows, in that order.
[[nodiscard]] features::FeatureSet featuresOf(const flow::FlowTable& table, const std::vector<std::uint32_t>& rows);

/// What an adaptation was made from, and what it gave. Borrowed.
struct AdaptedFrom {
    const flow::ReadOutcome& read;
    const std::vector<std::uint32_t>& threats; ///< rows of the table; those of `numbers`
    const std::vector<std::uint32_t>& background;
    const detect::DescribedInput& numbers;
    const detect::Detector& detector;
    const learn::Encoder& encoder;
    std::uint64_t seed = 1; ///< draws the flows that a shortcut's alarms are counted among
};

/// What people should know about their examples, a sentence each: how many different ones there are; what they share
/// beside being the threat, and what the alarms among up to 2 000 other flows have to do with it.
[[nodiscard]] std::vector<std::string> supportRemarks(const AdaptedFrom& adapted, const std::stop_token& stop);

} // namespace flowscent::cli
