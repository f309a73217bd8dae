// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "engine/detect/detector.h"
#include "engine/flow/flow_table.h"
#include "engine/hunt/support_set.h"

namespace flowscent::ui {

inline constexpr float unscored = std::numeric_limits<float>::quiet_NaN();

/// Scores of one table by one detector. A value that travels between threads and is never changed; it remembers the
/// adaptation it came from (detector->revision) and the labels behind it, so that old scores cannot pass for fresh
/// ones.
struct Scores {
    std::vector<float> values;        ///< per flow; unscored where nobody has looked yet
    std::vector<std::uint32_t> ranks; ///< per flow, 1 for the highest, 0 without a score; empty until all are scored
    std::size_t scored = 0;           ///< flows with a score: those without packets never get one
    std::size_t alarms = 0;           ///< flows at or above the detector's line
    std::shared_ptr<const detect::Detector> detector;
    hunt::SupportSet support;
    double milliseconds = 0; ///< from the request to these numbers

    [[nodiscard]] bool complete() const { return !ranks.empty(); }
    [[nodiscard]] std::uint64_t revision() const { return detector->revision; }
};

/// What one adaptation asks for.
struct ScoreRequest {
    std::shared_ptr<const flow::FlowTable> table;
    hunt::SupportSet support;             ///< without threat examples, flows are embedded ahead and nothing is scored
    std::vector<flow::FlowId> background; ///< unlabelled flows that stand for normal traffic
    std::vector<std::uint32_t> visible;   ///< flows on the screen, to be scored first
    detect::Method method = detect::AdaptSettings{}.method;
    std::uint64_t revision = 0;
};

/// Counts the alarms and, when every flow has a score, ranks them.
[[nodiscard]] Scores makeScores(std::vector<float> values, bool complete,
                                std::shared_ptr<const detect::Detector> detector, hunt::SupportSet support);

} // namespace flowscent::ui
