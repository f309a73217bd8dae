// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/inference/ridge.h"

#include "engine/base/instructions.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace flowscent::learn {

namespace {

// Loops run over neighbours in memory and, but for the dot product, none adds up: compilers then do several at once
// without being allowed to change the order of additions.

[[gnu::always_inline]] inline void addTimes(double* into, double factor, const double* from, std::size_t count)
{
    for (std::size_t i = 0; i < count; ++i)
        into[i] += factor * from[i];
}

[[gnu::always_inline]] inline double dot(const double* a, const double* b, std::size_t count)
{
    constexpr std::size_t lanes = 8;
    std::array<double, lanes> sums{};
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sums[lane] += a[i + lane] * b[i + lane];
    }
    for (; i < count; ++i)
        sums[0] += a[i] * b[i];
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

DoubleRows transposed(const DoubleRows& matrix)
{
    DoubleRows result(matrix.columns, matrix.rows);
    for (std::size_t row = 0; row < matrix.rows; ++row) {
        for (std::size_t column = 0; column < matrix.columns; ++column)
            result.row(column)[row] = matrix.row(row)[column];
    }
    return result;
}

/// The upper triangle of A'A + lambda I.
[[gnu::always_inline]] inline DoubleRows moment(const DoubleRows& a, double lambda)
{
    const std::size_t size = a.columns;
    DoubleRows sum(size, size);
    for (std::size_t i = 0; i < size; ++i)
        sum.row(i)[i] = lambda;
    for (std::size_t k = 0; k < a.rows; ++k) {
        const double* row = a.row(k);
        for (std::size_t i = 0; i < size; ++i)
            addTimes(sum.row(i) + i, row[i], row + i, size - i);
    }
    return sum;
}

/// Solves M X = B for a symmetric positive definite M (its upper triangle, which becomes the Cholesky factor U with
/// U'U = M). `b` is B transposed and becomes X transposed.
[[gnu::always_inline]] inline void solve(DoubleRows& m, DoubleRows& b)
{
    const std::size_t size = m.rows;
    for (std::size_t k = 0; k < size; ++k) {
        double* pivotRow = m.row(k);
        const double root = std::sqrt(std::max(pivotRow[k], 1e-12));
        for (std::size_t j = k + 1; j < size; ++j)
            pivotRow[j] /= root;
        pivotRow[k] = root;
        for (std::size_t i = k + 1; i < size; ++i)
            addTimes(m.row(i) + i, -pivotRow[i], pivotRow + i, size - i);
        for (std::size_t column = 0; column < b.rows; ++column) {
            double* x = b.row(column);
            x[k] /= root;
            addTimes(x + k + 1, -x[k], pivotRow + k + 1, size - k - 1);
        }
    }
    for (std::size_t column = 0; column < b.rows; ++column) {
        double* x = b.row(column);
        for (std::size_t i = size; i-- > 0;)
            x[i] = (x[i] - dot(m.row(i) + i + 1, x + i + 1, size - i - 1)) / m.row(i)[i];
    }
}

/// Per way, the rows of `a` times the numbers in `factors` (ways x rows of a), added up.
[[gnu::always_inline]] inline DoubleRows combined(const DoubleRows& factors, const DoubleRows& a)
{
    DoubleRows sums(factors.rows, a.columns);
    for (std::size_t way = 0; way < factors.rows; ++way) {
        for (std::size_t i = 0; i < a.rows; ++i)
            addTimes(sums.row(way), factors.row(way)[i], a.row(i), a.columns);
    }
    return sums;
}

[[gnu::always_inline]] inline DoubleRows solution(const DoubleRows& a, const DoubleRows& y, double lambda)
{
    if (a.rows < a.columns) {
        DoubleRows gram = moment(transposed(a), lambda);
        DoubleRows inExamples = y;
        solve(gram, inExamples);
        return combined(inExamples, a);
    }
    DoubleRows inDimensions = combined(y, a);
    DoubleRows second = moment(a, lambda);
    solve(second, inDimensions);
    return inDimensions;
}

DoubleRows onAny(const DoubleRows& a, const DoubleRows& y, double lambda)
{
    return solution(a, y, lambda);
}

FLOWSCENT_FOR_AVX2 DoubleRows onAvx2(const DoubleRows& a, const DoubleRows& y, double lambda)
{
    return solution(a, y, lambda);
}

FLOWSCENT_FOR_AVX512 DoubleRows onAvx512(const DoubleRows& a, const DoubleRows& y, double lambda)
{
    return solution(a, y, lambda);
}

} // namespace

DoubleRows ridgeSolution(const DoubleRows& a, const DoubleRows& y, double lambda)
{
    switch (base::widest()) {
    case base::Instructions::Avx512:
        return onAvx512(a, y, lambda);
    case base::Instructions::Avx2:
        return onAvx2(a, y, lambda);
    case base::Instructions::Any:
        break;
    }
    return onAny(a, y, lambda);
}

} // namespace flowscent::learn
