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

/// One adaptation: what it learnt from and what came of it. Never changed; shared by all who ask about it, on any
/// thread.
struct Adaptation {
    std::shared_ptr<const flow::FlowTable> table;
    std::shared_ptr<const learn::Encoder> encoder;
    std::shared_ptr<const detect::Foundation> foundation;
    hunt::SupportSet support; ///< the labels as they were
    /// What it learnt from: marked flows that have packets, and the sample that stood for normal traffic. Row i of what
    /// detect::adapt was given is flow i here.
    std::vector<flow::FlowId> threats;
    std::vector<flow::FlowId> counters;
    std::vector<flow::FlowId> background;
    detect::AdaptSettings settings;
    detect::Detector detector;
};

/// Scores of one table by one detector. A value that travels between threads and is never changed; it remembers the
/// adaptation it came from and the labels behind it, so that old scores cannot pass for fresh ones.
struct Scores {
    std::vector<float> values;        ///< per flow; unscored where nobody has looked yet
    std::vector<std::uint32_t> ranks; ///< per flow, 1 for the highest, 0 without a score; empty until all are scored
    std::size_t scored = 0;           ///< flows with a score: those without packets never get one
    std::size_t alarms = 0;           ///< flows at or above the detector's line
    std::shared_ptr<const Adaptation> adaptation;
    /// What the flows were scored by, a row per flow; those without packets have rows of zeros. Null until all are
    /// scored.
    std::shared_ptr<const detect::FlowNumbers> numbers;
    double milliseconds = 0; ///< from the request to these numbers

    [[nodiscard]] bool complete() const { return !ranks.empty(); }
    [[nodiscard]] const detect::Detector& detector() const { return adaptation->detector; }
    [[nodiscard]] const hunt::SupportSet& support() const { return adaptation->support; }
    [[nodiscard]] std::uint64_t revision() const { return detector().revision; }
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
[[nodiscard]] Scores makeScores(std::vector<float> values, bool complete, std::shared_ptr<const Adaptation> adaptation);

} // namespace flowscent::ui
