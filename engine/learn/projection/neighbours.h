// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/matrix.h"
#include "engine/base/progress.h"

namespace flowscent::learn {

/// The nearest rows of every row, nearest first. Plain value.
struct Neighbours {
    static constexpr std::uint32_t none = 0xFFFFFFFF;

    std::size_t each = 0;            ///< neighbours a row
    std::vector<std::uint32_t> rows; ///< each a row; `none` where too few were met
    std::vector<float> distances;    ///< Euclidean, squared; infinite beside `none`

    Neighbours() = default;
    Neighbours(std::size_t count, std::size_t neighbours);

    [[nodiscard]] std::size_t count() const { return each == 0 ? 0 : rows.size() / each; }
    [[nodiscard]] std::span<const std::uint32_t> of(std::size_t row) const { return {&rows[row * each], each}; }
    [[nodiscard]] std::span<const float> distancesOf(std::size_t row) const { return {&distances[row * each], each}; }
    /// Keeps a row that is nearer than the last one kept and not there yet; equally near ones by their number.
    void offer(std::size_t row, std::uint32_t neighbour, float distance);
};

struct NeighbourSettings {
    std::size_t each = 15;
    std::size_t trees = 6;
    std::size_t explorations = 2; ///< rounds of looking at neighbours of neighbours
    std::uint64_t seed = 1;
};

/// The neighbours of every row among the other rows, nearly all of them found: random projection trees, whose leaves
/// are searched whole, then the neighbours of neighbours (Tang et al., "Visualizing large-scale and high-dimensional
/// data", WWW 2016; trees with shared directions: Hyvönen et al., "Fast nearest neighbor search through sparse random
/// projections and voting", 2016). A small matrix is searched whole. Finite numbers only. The same rows and seed give
/// the same answer. Uses a second thread. Cancelled when stopped.
[[nodiscard]] base::Result<Neighbours> nearNeighbours(const base::Matrix& matrix, const NeighbourSettings& settings,
                                                      const base::ProgressSink& progress, const std::stop_token& stop);

/// All pairs are compared: for small matrices, and what holds the other to account.
[[nodiscard]] base::Result<Neighbours> exactNeighbours(const base::Matrix& matrix, std::size_t each,
                                                       const std::stop_token& stop);

/// The neighbours among `known` of the named rows of `matrix`, in their order; nearly all of them found. Uses a second
/// thread. Cancelled when stopped.
[[nodiscard]] base::Result<Neighbours> nearestKnown(const base::Matrix& known, const base::Matrix& matrix,
                                                    std::span<const std::uint32_t> rows,
                                                    const NeighbourSettings& settings,
                                                    const base::ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::learn
