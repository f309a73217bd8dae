// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/detect/budget/calibration.h"

namespace flowscent::detect {

/// How probabilities are put together to be held against what came true.
enum class ReliabilityBins : std::uint8_t {
    EqualWidth, ///< (0, 1/n], (1/n, 2/n], ...; 0 belongs to the first
    EqualMass   ///< the same weight in each, by rising probability; equal probabilities stay together
};
inline constexpr std::size_t reliabilityBins = 15;

/// One bin: what was said of its flows and how many were threats. Weighted.
struct ReliabilityRow {
    std::size_t flows = 0;
    double weight = 0;    ///< share of all weight
    double predicted = 0; ///< mean probability
    double threats = 0;   ///< share of threats among them
};

/// Bins that hold flows of any weight, by rising probability. `judged.logits` go through the calibrator; the three
/// columns must be alike in length.
[[nodiscard]] std::vector<ReliabilityRow> reliability(const JudgedLogits& judged, const Calibrator& calibrator,
                                                      ReliabilityBins bins, std::size_t count = reliabilityBins);

/// Expected calibration error, the weighted mean of |predicted - threats| (Naeini, Cooper and Hauskrecht, "Obtaining
/// Well Calibrated Probabilities Using Bayesian Binning", AAAI 2015), 0..1.
[[nodiscard]] double expectedCalibrationError(const std::vector<ReliabilityRow>& rows);

/// The weighted mean of (probability - truth)^2 (Brier, Monthly Weather Review 1950), 0..1; 0 without flows.
[[nodiscard]] double brierScore(const JudgedLogits& judged, const Calibrator& calibrator);

} // namespace flowscent::detect
