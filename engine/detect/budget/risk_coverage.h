// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace flowscent::detect {

/// When only answers at least so sure are given, so many are given and so many of them are wrong.
struct RiskPoint {
    double confidence = 0; ///< of the least sure answer that is given
    double coverage = 0;   ///< share of answers given, in (0, 1]
    double risk = 0;       ///< share of wrong ones among them
};

/// Every threshold there is, by falling confidence (El-Yaniv and Wiener, "On the Foundations of Noise-free Selective
/// Classification", JMLR 2010). Equally sure answers are given together. Both columns alike in length; confidences that
/// are no numbers are never given and count as not covered.
[[nodiscard]] std::vector<RiskPoint> riskCoverage(std::span<const double> confidences, const std::vector<bool>& wrong);

/// Mean risk over the answers that are given, each with its group (area under the curve; Geifman, Uziel and El-Yaniv,
/// "Bias-Reduced Uncertainty Estimation", ICLR 2019); 0 of an empty curve. 0 is best.
[[nodiscard]] double areaUnderRiskCoverage(std::span<const RiskPoint> curve);

/// Of the thresholds at which at most this share is wrong, the one that answers most; nothing when there is none.
[[nodiscard]] std::optional<RiskPoint> widestWithin(std::span<const RiskPoint> curve, double risk);

} // namespace flowscent::detect
