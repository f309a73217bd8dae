// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/matrix.h"

namespace flowscent::detect {

/// How many different examples there are, where near copies of one count as one. Plain value.
struct EffectiveExamples {
    double worth = 0;                  ///< 1 .. number of examples; the sum of the weights. 0 without an example
    std::vector<double> weights;       ///< per example, 0 < weight <= 1: of m copies each has about 1 / m
    std::vector<std::uint32_t> copyOf; ///< per example: the first one that it is a near copy of, else its own index
};

/// Examples are similar to exp(-d^2 / (2 h^2)), d being their Euclidean distance and h a quarter of the median distance
/// between two background flows: flows that lie as far apart as any two of the traffic have nothing to do with each
/// other (0.0003). An example's weight is one over the sum of its similarities to all, itself included. Their sum is
/// the diversity of order 0 of Leinster and Cobbold, "Measuring diversity: the importance of species similarity",
/// Ecology 93 (2012), and what protein families are counted by (Morcos et al., PNAS 108, 2011). Order 0, and not the
/// Vendi score's order 1 (Friedman and Dieng, TMLR 2023): four copies and another are two different examples, however
/// often the one was marked.
///
/// Copies are those with a similarity of 0.9 or more to the first of their kind. A background of fewer than two
/// different flows has no scale: then equal examples alone are copies. Rows with a number that is not finite are like
/// nothing. Both matrices have the same columns; time grows with the square of the examples. Any thread.
[[nodiscard]] EffectiveExamples effectiveExamples(const base::Matrix& threat, const base::Matrix& background);

/// Only as many background rows are looked at for the scale, spread evenly.
inline constexpr std::size_t mostScaleFlows = 256;

/// "5 examples, worth about 2.0: 4 are copies of one"; "5 examples, worth about 4.8" when none is a copy.
[[nodiscard]] std::string sentence(const EffectiveExamples& examples);

} // namespace flowscent::detect
