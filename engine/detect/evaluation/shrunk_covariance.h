// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/base/matrix.h"

namespace flowscent::detect {

/// Covariance of rows whose mean is known to be 0, shrunk towards a multiple of the identity: (1 - s) S + s m I, where
/// S is the sum of outer products over n, m its mean diagonal and s what Ledoit and Wolf, "A well-conditioned estimator
/// for large-dimensional covariance matrices", Journal of Multivariate Analysis 2004, estimate to be best
/// (scikit-learn's ledoit_wolf with assume_centered).
struct ShrunkCovariance {
    double shrinkage = 1;       ///< s, 0..1
    std::size_t size = 0;       ///< d
    std::vector<double> values; ///< d x d
    std::vector<double> factor; ///< Cholesky: lower triangle L of L L' = values
};

/// Of centred rows, n x d. Rows that are all 0 give the identity.
[[nodiscard]] ShrunkCovariance shrunkCovariance(const base::Matrix& centred);
/// Squared Mahalanobis length of a difference.
[[nodiscard]] double mahalanobis(const ShrunkCovariance& covariance, std::span<const float> difference);

} // namespace flowscent::detect
