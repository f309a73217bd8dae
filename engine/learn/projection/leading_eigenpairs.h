// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "engine/learn/inference/ridge.h"

namespace flowscent::learn {

struct Eigenpairs {
    std::vector<double> values; ///< falling
    DoubleRows vectors;         ///< row i belongs to values[i]: unit length, its largest element positive
};

/// The greatest `count` eigenvalues of a symmetric matrix without negative ones, such as a covariance, and their
/// vectors. Subspace iteration with Rayleigh-Ritz steps (Golub and Van Loan, "Matrix Computations", 4th ed., 8.2.4;
/// the small problems by Jacobi's rotations, 8.5) on a block wider than `count`, so that pairs that lie close together
/// do not hold it up. The same matrix gives the same vectors. A direction without any variance has the vector 0.
[[nodiscard]] Eigenpairs leadingEigenpairs(const DoubleRows& matrix, std::size_t count);

/// All pairs by Jacobi's cyclic rotations: for small matrices, since it takes some ten times size^3 operations.
[[nodiscard]] Eigenpairs jacobiEigenpairs(DoubleRows matrix);

} // namespace flowscent::learn
