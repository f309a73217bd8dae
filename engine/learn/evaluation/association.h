// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/base/random.h"

namespace flowscent::learn {

/// What counts the same when two columns are compared.
enum class Weighing : std::uint8_t {
    Flows,   ///< every flow
    Classes, ///< every value of the predicted column, however many flows it has
};

/// How well one column of names tells another one.
struct Association {
    std::size_t given = 0;        ///< values of the column that is known
    std::size_t predicted = 0;    ///< values of the column that is asked for
    double mutualInformation = 0; ///< 0..1: I / mean(H(given), H(predicted)); 0 where both columns have one value
    double cramersV = 0; ///< 0..1: sqrt(chi^2 / n / (min(given, predicted) - 1)); 0 where a column has one value
    double accuracy = 0; ///< 0..1, of saying for every flow what is most frequent among those like it
    double chance = 0;   ///< the same without knowing: the share of the most frequent value
    double shuffled = 0; ///< `accuracy` after one column was shuffled: what small groups give by themselves
};

/// Mutual information as in Strehl and Ghosh, "Cluster ensembles", JMLR 2002, with the arithmetic mean that
/// scikit-learn takes; V as in Cramér, "Mathematical methods of statistics", 1946, without correction. The columns are
/// equally long; their numbers are names and nothing else. All zeros for empty ones.
[[nodiscard]] Association associate(std::span<const std::uint32_t> given, std::span<const std::uint32_t> predicted,
                                    Weighing weighing, base::Rng rng);

} // namespace flowscent::learn
