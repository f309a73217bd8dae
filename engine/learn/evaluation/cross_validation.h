// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/base/matrix.h"
#include "engine/base/progress.h"
#include "engine/base/random.h"
#include "engine/learn/backend.h"

namespace flowscent::learn {

inline constexpr std::uint8_t validationFolds = 5;
inline constexpr std::size_t fewestToValidate = 5; ///< flows of a value; values with fewer do not take part

/// Flows, what is asked of each, and in which fold it is held out. Plain value.
struct FoldedQuestion {
    base::Matrix features;             ///< n x d, columns that differ between flows
    std::vector<std::uint16_t> answer; ///< of each flow, 0 .. ways-1
    std::uint16_t ways = 0;
    std::vector<std::uint8_t> foldOf; ///< of each flow, below validationFolds
};

/// Rows of `candidates`, at most `perValue` for each value of `values` (which names every row of the dataset) and at
/// most `most` in all, the same number for every value that has so many; ascending. What stays is drawn.
[[nodiscard]] std::vector<std::uint32_t> sampleEvenly(std::span<const std::uint32_t> candidates,
                                                      std::span<const std::uint32_t> values, std::size_t perValue,
                                                      std::size_t most, base::Rng& rng);

/// The question which value each of the rows has. Every value is spread over all folds. With `groups` (which names
/// every row of the dataset) no group is in two folds, and a value takes part only when two groups have it. Nothing
/// where fewer than two values are left.
[[nodiscard]] std::optional<FoldedQuestion>
foldQuestion(const std::function<base::Matrix(std::span<const std::uint32_t>)>& features,
             std::span<const std::uint32_t> rows, std::span<const std::uint32_t> values,
             std::span<const std::uint32_t> groups, base::Rng& rng);

/// How often a classifier was right about flows it had not seen.
struct Validated {
    std::size_t flows = 0;       ///< that were asked about
    std::size_t values = 0;      ///< that could be answered
    double balancedAccuracy = 0; ///< 0..1: share of right answers for each value, the mean over values
    [[nodiscard]] double chance() const { return values == 0 ? 0 : 1.0 / static_cast<double>(values); }
};

/// A random forest for every fold of every question. Flows whose value no other fold has are not asked about. Two
/// threads; the results depend on the questions and the seed alone. Cancelled when stopped.
[[nodiscard]] base::Result<std::vector<Validated>> validateForests(std::span<const FoldedQuestion> questions,
                                                                   const Backend& backend, std::uint64_t seed,
                                                                   const base::ProgressSink& progress,
                                                                   const std::stop_token& stop);

} // namespace flowscent::learn
