// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/flow/flow_table.h"

namespace flowscent::store {

/// One row of a label file.
struct LabelRow {
    packet::Endpoint source;
    packet::Endpoint destination;
    std::uint8_t protocol = 0;
    base::Nanoseconds start = 0;
    std::string label; ///< "background", "benign" or a threat's name
    std::size_t line = 0;

    [[nodiscard]] bool benign() const { return label == "background" || label == "benign"; }
};

/// Reads `src_ip,src_port,dst_ip,dst_port,proto,start_epoch,label`, columns in any order, further columns refused.
/// Format errors name the line and the column.
[[nodiscard]] base::Result<std::vector<LabelRow>> readLabels(const std::filesystem::path& file);

struct LabelMatch {
    flow::FlowId flow;
    std::size_t row = 0; ///< index into the label rows
};
struct LabelMatches {
    std::vector<LabelMatch> matched;
    std::vector<std::size_t> unmatched; ///< indices of rows for which no flow was found
};

/// By 5-tuple in either direction and start time within 1 ms; falls back to the only flow of that tuple. A row of a log
/// is taken only where no flow with packets fits.
[[nodiscard]] LabelMatches matchLabels(const flow::FlowTable& table, const std::vector<LabelRow>& rows);

} // namespace flowscent::store
