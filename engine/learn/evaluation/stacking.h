// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/matrix.h"
#include "engine/base/random.h"

namespace flowscent::learn {

/// Stacking (Wolpert, "Stacked generalization", Neural Networks 1992) for few examples: an ensemble's answer is a
/// convex combination of its members' class shares, and the weights are those that would have answered the support
/// itself best, each of its rows asked of members that had not seen it. Ten rows cannot tell much, so the weights are
/// drawn towards the plain average.

/// Learns from the rows `known` and answers those named by `asked`, as class shares (asked x ways). What row numbers
/// mean is between the caller and its members, who may live in different spaces (features, embeddings).
using Member = std::function<base::Result<base::Matrix>(const std::vector<std::uint32_t>& known,
                                                        const std::vector<std::uint32_t>& asked)>;

struct StackSettings {
    std::uint32_t folds = 5; ///< at most; fewer where a class has fewer examples
    double prior = 10.0;     ///< rows that the plain average is worth; > 0
};

/// The fold, 0 .. folds-1, of each row: every class is spread over the folds as evenly as can be. `folds` is lowered to
/// the size of the smallest class that has a row. Empty when that is 1: then every fold would miss a class.
[[nodiscard]] std::vector<std::uint32_t> stratifiedFolds(const std::vector<std::uint16_t>& classOf, std::uint32_t folds,
                                                         base::Rng& rng);

/// The weights w (>= 0, sum 1) of M members that minimise
///     - sum over rows i of log( sum over j of w_j p_ij )  -  (prior / M) sum over j of log w_j
/// where p_ij is the share that member j gave to the true class of row i: the posterior mode under a Dirichlet prior
/// with its mode at 1/M, found by expectation-maximisation, which the objective's convexity makes exact. `shares` holds
/// one matrix (rows x ways) per member. A row that nobody gave a share says nothing and is passed over. Support error
/// when there is no member, shapes or classes disagree, or a share is not a number of 0 .. 1.
[[nodiscard]] base::Result<std::vector<double>> stackWeights(const std::vector<base::Matrix>& shares,
                                                             const std::vector<std::uint16_t>& classOf, double prior);

/// The weighted sum of shares of one shape. Support error when shapes or numbers disagree.
[[nodiscard]] base::Result<base::Matrix> combine(const std::vector<base::Matrix>& shares,
                                                 const std::vector<double>& weights);

struct Stacked {
    base::Matrix shares;         ///< query.size() x ways
    std::vector<double> weights; ///< of the members
};

/// Asks every member once per fold and once for the queries. Where a class has one example only, there are no folds and
/// the answer is the plain average. `support` and `query` are what the members are called with; `classOf` goes with
/// `support`. Errors of members are passed on.
[[nodiscard]] base::Result<Stacked> stack(const std::vector<Member>& members, const std::vector<std::uint32_t>& support,
                                          const std::vector<std::uint16_t>& classOf,
                                          const std::vector<std::uint32_t>& query, const StackSettings& settings,
                                          base::Rng& rng);

} // namespace flowscent::learn
