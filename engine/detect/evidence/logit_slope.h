// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/detect/detector.h"

/// Derivatives of combined_logit.h; for this module only.
namespace flowscent::detect {

/// Gradient of a part's evidence by the embedding, n x d. Nearest: that of the nearest examples, which is one-sided
/// where two are equally near.
[[nodiscard]] base::Matrix partSlopes(const DetectorPart& part, const base::Matrix& embeddings);
/// The same of the combined logit.
[[nodiscard]] base::Matrix combinedSlopes(const std::vector<DetectorPart>& parts, const base::Matrix& embeddings);

} // namespace flowscent::detect
