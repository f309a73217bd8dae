// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/matrix.h"
#include "engine/base/random.h"

/// For this module only.
namespace flowscent::detect {

/// The rows of `candidates` that lie farthest from the middle of the traffic, at most `most`: each column is measured
/// from its median in units of its median deviation, both over a sample. Farthest first; rows with a number that is not
/// finite are left out.
[[nodiscard]] std::vector<std::uint32_t> farthestFromMiddle(const base::Matrix& embeddings,
                                                            std::span<const std::uint32_t> candidates, std::size_t most,
                                                            base::Rng& rng);

/// Mean Euclidean distance of each row to its five nearest of a sample of the others.
[[nodiscard]] std::vector<double> loneliness(const base::Matrix& embeddings, std::span<const std::uint32_t> rows,
                                             base::Rng& rng);

/// Euclidean distance of each row to the nearest of `others`; infinite without others.
[[nodiscard]] std::vector<double> distanceToNearest(const base::Matrix& embeddings, std::span<const std::uint32_t> rows,
                                                    std::span<const std::uint32_t> others);

} // namespace flowscent::detect
