// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/detect/detector.h"

/// Shared by fitting and scoring; for this module only.
namespace flowscent::detect {

inline constexpr std::uint16_t restWay = 0;   ///< the heads' class of everything else
inline constexpr std::uint16_t threatWay = 1; ///< the heads' class of the threat
inline constexpr double leastReach = 1e-9;

/// One part's evidence for the threat, one number a row. With r and t the squared distances to the rest and to the
/// threat: Ridge, the difference of the logits; NearestNeighbour, log(r / t); Prototype, log((r + R) / (t + R / 20))
/// where R is the part's reach. By the parallel axis theorem r + R is the mean squared distance to a flow of the rest,
/// which a few stray flows in it hardly move; the small share of R below keeps flows that equal the mean of the
/// examples from outweighing everything. A forest: its share, 0..1.
[[nodiscard]] std::vector<double> partEvidence(const DetectorPart& part, const FlowNumbers& flows);
/// What evidence counts for in the combined logit.
[[nodiscard]] double counted(const DetectorPart& part, double evidence);
[[nodiscard]] std::vector<double> combinedLogits(std::span<const DetectorPart> parts, const FlowNumbers& flows);

} // namespace flowscent::detect
