// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/detect/detector.h"

/// Shared by fitting and scoring; for this module only.
namespace flowscent::detect {

inline constexpr std::uint16_t restWay = 0;   ///< the heads' class of everything else
inline constexpr std::uint16_t threatWay = 1; ///< the heads' class of the threat
inline constexpr double leastReach = 1e-9;

/// One part's evidence for the threat, one number a row, not yet on the background's scale. With r and t the squared
/// distances to the rest and to the threat: Ridge, the difference of the logits; NearestNeighbour, log(r / t);
/// Prototype, log((r + R) / (t + R / 20)) where R is the part's reach. By the parallel axis theorem r + R is the mean
/// squared distance to a flow of the rest, which a few stray flows in it hardly move; the small share of R below keeps
/// flows that equal the mean of the examples from outweighing everything.
[[nodiscard]] std::vector<double> partLogits(const DetectorPart& part, const base::Matrix& embeddings);
/// Mean over the parts, each on the background's scale.
[[nodiscard]] std::vector<double> combinedLogits(const std::vector<DetectorPart>& parts,
                                                 const base::Matrix& embeddings);

} // namespace flowscent::detect
