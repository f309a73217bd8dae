// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/error.h"
#include "engine/base/matrix.h"

namespace flowscent::detect {

struct MmdSettings {
    std::size_t mostFlows = 256; ///< of each side; of more, that many are drawn. The work grows with its square
    std::uint32_t permutations = 200;
    std::uint64_t seed = 7;
};

/// How far two samples lie apart. Plain value.
struct MmdTest {
    double squaredMmd = 0;         ///< unbiased, so that it may lie below 0
    double bandwidth = 1;          ///< sigma of exp(-distance^2 / (2 sigma^2))
    double p = 1;                  ///< (1 + permutations at least as far apart) / (1 + permutations)
    std::size_t baselineFlows = 0; ///< that were compared
    std::size_t windowFlows = 0;
};

/// Whether two samples (rows) come from one distribution: the unbiased squared maximum mean discrepancy with an RBF
/// kernel as wide as the median distance between different points of both together (Gretton et al., "A Kernel
/// Two-Sample Test", JMLR 2012, lemma 6 and section 8), and how often a random split of the pooled rows lies as far
/// apart. When rows are exchangeable, p <= alpha with probability <= alpha, and the same rows and seed give the same p.
/// About 20 ms for 256 rows of 64 numbers on either side. Argument error when the columns differ or a setting is 0 or
/// above 4096 flows; Support error for fewer than two rows on a side; Model error for numbers that are not finite.
[[nodiscard]] base::Result<MmdTest> mmdTest(const base::Matrix& baseline, const base::Matrix& window,
                                            const MmdSettings& settings = {});

} // namespace flowscent::detect
