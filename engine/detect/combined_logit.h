// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/detect/detector.h"

/// Shared by fitting and scoring; for this module only.
namespace flowscent::detect {

inline constexpr std::uint16_t restWay = 0;   ///< the heads' class of everything else
inline constexpr std::uint16_t threatWay = 1; ///< the heads' class of the threat

/// One head's evidence for the threat, one number a row: a difference of logits, or a log ratio of distances.
[[nodiscard]] std::vector<double> partLogits(const learn::Head& head, const base::Matrix& embeddings);
/// Mean over the parts, each on the background's scale.
[[nodiscard]] std::vector<double> combinedLogits(const std::vector<DetectorPart>& parts,
                                                 const base::Matrix& embeddings);

} // namespace flowscent::detect
