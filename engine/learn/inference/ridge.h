// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

namespace flowscent::learn {

/// Rows of doubles, row-major: the closed form is solved in double precision.
struct DoubleRows {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<double> values;

    DoubleRows(std::size_t r, std::size_t c)
        : rows(r)
        , columns(c)
        , values(r * c)
    {
    }
    [[nodiscard]] double* row(std::size_t index) { return values.data() + index * columns; }
    [[nodiscard]] const double* row(std::size_t index) const { return values.data() + index * columns; }
};

/// Ridge regression (Hoerl and Kennard 1970): the W that minimises |A W - Y|^2 + lambda |W|^2, returned transposed
/// (ways x columns of A). `a` is n x columns, `y` transposed: ways x n; lambda > 0. Solved in the smaller of the two
/// spaces: W = (A'A + lambda I)^-1 A'Y, or, while there are fewer rows than columns, A'(AA' + lambda I)^-1 Y
/// (Woodbury), as R2D2 does. Tens of microseconds for 100 rows of 65 columns. Pure; the same bits on every processor.
[[nodiscard]] DoubleRows ridgeSolution(const DoubleRows& a, const DoubleRows& y, double lambda);

} // namespace flowscent::learn
