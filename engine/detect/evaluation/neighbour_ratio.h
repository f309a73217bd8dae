// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "engine/base/matrix.h"

/// For this module only.
namespace flowscent::detect {

/// log( (b + e) / (t + e) ) for each query, where b and t are the mean Euclidean distances to the nearest `neighbours`
/// (or as many as there are) rows of the rest and of the threat, and e = 1e-6 keeps copies of examples finite.
[[nodiscard]] std::vector<double> neighbourRatio(const base::Matrix& threat, const base::Matrix& rest,
                                                 const base::Matrix& query, std::size_t neighbours);

} // namespace flowscent::detect
