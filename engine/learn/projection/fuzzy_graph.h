// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/learn/projection/neighbours.h"

namespace flowscent::learn {

/// One pair of rows that belong together.
struct FuzzyEdge {
    std::uint32_t a = 0; ///< a < b
    std::uint32_t b = 0;
    float weight = 0; ///< 0..1
    friend bool operator==(const FuzzyEdge&, const FuzzyEdge&) = default;
};

/// How much rows belong together (McInnes, Healy and Melville, "UMAP", 2018, section 3.1): each row sees its nearest
/// neighbour at 1 and the others falling off so that all add up to log2 of their number; what two rows see of each
/// other is joined by the probabilistic sum. Every pair once, ascending by a, then b.
[[nodiscard]] std::vector<FuzzyEdge> fuzzyGraph(const Neighbours& neighbours);

/// The curve 1 / (1 + a d^(2 b)) that says how near two rows on the map look: least squares against 1 up to
/// `minDistance` and exp(minDistance - d) beyond, on 300 distances from 0 to 3, as umap-learn fits it.
struct UmapCurve {
    double a = 1;
    double b = 1;
};
[[nodiscard]] UmapCurve fitCurve(double minDistance);

} // namespace flowscent::learn
