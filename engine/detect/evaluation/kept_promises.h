// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/random.h"
#include "engine/detect/budget/realised_rate.h"

namespace flowscent::detect {

/// Where the normal flows come from that a line is drawn by, beside those that it is judged on.
enum class BaselineFrom : std::uint8_t {
    OtherCaptures, ///< captures are either for the line or for judging it: what happens in practice
    SameCaptures   ///< flows are dealt out at random, so that they are exchangeable: what theory promises for
};
[[nodiscard]] std::string_view text(BaselineFrom from); ///< "other captures", "same captures"

/// Which of n flows draw the line and which judge it; places in whatever was dealt out, ascending.
struct BaselineDeal {
    std::vector<std::uint32_t> baseline;
    std::vector<std::uint32_t> heldOut;
};
/// About half on each side. `captureOf`: of each flow. By captures, in random order, until half of the flows are in
/// the baseline; of one capture alone nothing is held out.
[[nodiscard]] BaselineDeal deal(std::span<const std::uint32_t> captureOf, BaselineFrom from, base::Rng rng);

/// One line of one detector.
struct Promise {
    RealisedRate normal;       ///< flows that are held out
    std::uint64_t threats = 0; ///< that were looked for
    std::uint64_t found = 0;   ///< of them at or above the line
};

/// Draws the line for `rate` by the scores of the baseline's flows. Nothing when they are too few for the line to be
/// judged, fewer than leastAlarms / rate, or when no flow is held out. Errors as of Baseline.
[[nodiscard]] base::Result<std::optional<Promise>> judgePromise(std::span<const float> normal,
                                                                const BaselineDeal& dealt,
                                                                std::span<const float> threats, double rate,
                                                                double leastAlarms);

} // namespace flowscent::detect
