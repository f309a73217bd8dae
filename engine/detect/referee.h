// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/detect/abstention.h"
#include "engine/detect/detector.h"
#include "engine/detect/familiarity.h"

namespace flowscent::detect {

/// Says of flows what a detector says, or that it does not know and why. Plain value; any thread may ask.
struct Referee {
    /// How one part of the detector alone tells ordinary flows from examples, in its evidence: the line halfway between
    /// the (1 - budget) quantile of the former and the median of the latter. One that cannot tell them apart is not
    /// asked.
    struct PartScale {
        double line = 0;
        double reach = 0; ///< from there to either; > 0, or the part is not asked
    };

    Detector detector;
    Familiarity familiar;
    std::vector<PartScale> parts; ///< one a part of the detector
    AbstentionSettings settings;
};

/// What ordinary flows are is told by the input's background, where there is none by the model's bank: which flows are
/// familiar, and where each part's own line lies. Support error when there is neither,
/// Argument error for settings out of range, Model error when a number is not finite.
[[nodiscard]] base::Result<Referee> makeReferee(const Foundation& foundation, const DescribedInput& input,
                                                const Detector& detector, double falseAlarmBudget,
                                                const AbstentionSettings& settings);

/// One judgement a flow; `packets` has how many packets each has. A flow's judgement does not depend on the others.
[[nodiscard]] std::vector<JudgedFlow> judged(const Referee& referee, const FlowNumbers& flows,
                                             std::span<const std::uint32_t> packets);

/// The same where the detector's scores are at hand, one a flow, and alarms begin at another score than its own: at a
/// budget's line. Does not score again.
[[nodiscard]] std::vector<JudgedFlow> judged(const Referee& referee, const FlowNumbers& flows,
                                             std::span<const std::uint32_t> packets, std::span<const float> scores,
                                             float line);

} // namespace flowscent::detect
