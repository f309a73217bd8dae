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
    /// Where one part of the detector would begin to alarm, and how far ordinary flows lie apart, in its evidence.
    struct PartScale {
        double line = 0;
        double spread = 1; ///< > 0
    };

    Detector detector;
    Familiarity familiar;
    std::vector<PartScale> parts; ///< one a part of the detector
    AbstentionSettings settings;
};

/// What ordinary flows are is told by the input's background, where there is none by the model's bank: which flows are
/// familiar, and each part's own line, the (1 - budget) quantile of its evidence. Support error when there is neither,
/// Argument error for settings out of range, Model error when a number is not finite.
[[nodiscard]] base::Result<Referee> makeReferee(const Foundation& foundation, const DescribedInput& input,
                                                const Detector& detector, double falseAlarmBudget,
                                                const AbstentionSettings& settings);

/// One judgement a flow; `packets` has how many packets each has. A flow's judgement does not depend on the others.
[[nodiscard]] std::vector<JudgedFlow> judged(const Referee& referee, const FlowNumbers& flows,
                                             std::span<const std::uint32_t> packets);

} // namespace flowscent::detect
