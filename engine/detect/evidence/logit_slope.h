// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "engine/detect/detector.h"

/// Derivatives of combined_logit.h; for this module only.
namespace flowscent::detect {

/// Gradient of a head's evidence by the embedding, n x d; the part is no forest. Nearest: that of the nearest examples,
/// which is one-sided where two are equally near.
[[nodiscard]] base::Matrix partSlopes(const DetectorPart& part, const base::Matrix& embeddings);
/// The same of what the heads count for together (combinedLogits of parts none of which is a forest).
[[nodiscard]] base::Matrix combinedSlopes(std::span<const DetectorPart> parts, const base::Matrix& embeddings);

} // namespace flowscent::detect
