// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "engine/detect/evaluation/calibration_play.h"

/// The draws behind calibration_play.h; for this module only.
namespace flowscent::detect {

/// Which hunt it is.
struct CalibrationDraw {
    std::uint16_t threat = 0;
    HuntShape shape;
    std::uint32_t number = 0;
};

/// What a hunt says of promises and probabilities.
struct CalibrationOutcome {
    /// By place in the settings' rates, for both kinds of baseline; nothing where flows are too few.
    std::map<std::pair<BaselineFrom, std::size_t>, std::pair<std::size_t, Promise>> promises; ///< with baseline flows
    std::size_t largestBaseline = 0;
    JudgedLogits logits; ///< all threats and a draw of the benign queries, each weighing 1
};

/// What to play: whether promises are judged too, or only logits are asked for.
enum class CalibrationPart { Everything, Logits };

/// Every draw that is possible, those of a shape together and of a class in it too.
[[nodiscard]] std::vector<CalibrationDraw> calibrationDraws(const HuntSampler& sampler,
                                                            const CalibrationSettings& settings,
                                                            std::span<const HuntNegatives> negatives);

/// Outcomes in the order of the draws; errors as of playCalibration.
[[nodiscard]] base::Result<std::vector<CalibrationOutcome>>
playDraws(const learn::Dataset& data, const HuntSampler& sampler, const std::vector<CalibrationDraw>& draws,
          const HuntContestant& contestant, const CalibrationSettings& settings, CalibrationPart part,
          const base::ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::detect
