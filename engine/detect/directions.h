// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/base/matrix.h"

/// Embeddings as directions seen from the middle of known traffic: what novelty.h and familiarity.h compare by. For
/// this module only.
namespace flowscent::detect {

/// Mean of the rows; zeros without a row.
[[nodiscard]] std::vector<float> centreOf(const base::Matrix& rows);
/// Each row less the centre, at length 1; a row that lies on the centre is zeros.
[[nodiscard]] base::Matrix directionsFrom(std::span<const float> centre, const base::Matrix& rows);
/// Inner product.
[[nodiscard]] float likeness(std::span<const float> a, std::span<const float> b);
/// The largest likeness to any of the rows but `without`; -1 where there is none.
[[nodiscard]] float nearestLikeness(std::span<const float> direction, const base::Matrix& rows,
                                    std::size_t without = static_cast<std::size_t>(-1));

} // namespace flowscent::detect
