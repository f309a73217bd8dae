// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/matrix.h"

namespace flowscent::detect {

struct Neighbour {
    std::uint32_t index = 0; ///< row among the examples, or among the background
    double distance = 0;     ///< Euclidean, of embeddings
    /// Of an example: the share of the background that lies nearer to it than the flow does. Of a background flow: the
    /// share of the background whose own nearest other flow is nearer, so that 1 says: lonelier than all normal
    /// traffic.
    double nearerShare = 0;

    friend bool operator==(const Neighbour&, const Neighbour&) = default;
};

/// Who lies near a flow. Immutable value; any thread may ask it.
class Neighbours {
public:
    /// Embeddings of the same columns; either may have no rows.
    Neighbours(base::Matrix examples, base::Matrix background);

    /// The nearest `count` examples, nearest first, ties by row; without the one that is the flow itself.
    [[nodiscard]] std::vector<Neighbour> examples(std::span<const float> flow, std::size_t count,
                                                  std::optional<std::uint32_t> itself = {}) const;
    [[nodiscard]] std::vector<Neighbour> background(std::span<const float> flow, std::size_t count,
                                                    std::optional<std::uint32_t> itself = {}) const;

private:
    base::Matrix m_examples;
    base::Matrix m_background;
    std::vector<std::vector<double>> m_toExample; ///< per example: the background's distances, ascending
    std::vector<double> m_loneliness;             ///< the background's distances to its own nearest others, ascending
};

} // namespace flowscent::detect
