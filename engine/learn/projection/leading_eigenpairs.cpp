// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/projection/leading_eigenpairs.h"

#include "engine/base/random.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace flowscent::learn {

namespace {

constexpr std::size_t spareVectors = 8; ///< of the block, beyond those asked for
constexpr int mostSteps = 400;
constexpr double settled = 1e-13; ///< relative change of the wanted eigenvalues between two steps
constexpr int mostSweeps = 60;

double dot(const double* a, const double* b, std::size_t size)
{
    return std::inner_product(a, a + size, b, 0.0);
}

/// Modified Gram-Schmidt, twice for accuracy; what depends on the rows above becomes 0.
void orthonormalise(DoubleRows& rows)
{
    for (std::size_t i = 0; i < rows.rows; ++i) {
        double* row = rows.row(i);
        const double before = std::sqrt(dot(row, row, rows.columns));
        for (int twice = 0; twice < 2; ++twice) {
            for (std::size_t j = 0; j < i; ++j) {
                const double along = dot(row, rows.row(j), rows.columns);
                for (std::size_t k = 0; k < rows.columns; ++k)
                    row[k] -= along * rows.row(j)[k];
            }
        }
        const double length = std::sqrt(dot(row, row, rows.columns));
        const double scale = length > 1e-12 * before ? 1 / length : 0;
        for (std::size_t k = 0; k < rows.columns; ++k)
            row[k] *= scale;
    }
}

/// a b, for b symmetric or the right one of a product with rows of b.
DoubleRows product(const DoubleRows& a, const DoubleRows& b)
{
    DoubleRows result(a.rows, b.columns);
    for (std::size_t i = 0; i < a.rows; ++i) {
        for (std::size_t k = 0; k < a.columns; ++k) {
            const double factor = a.row(i)[k];
            for (std::size_t j = 0; j < b.columns; ++j)
                result.row(i)[j] += factor * b.row(k)[j];
        }
    }
    return result;
}

void rotate(DoubleRows& rows, std::size_t p, std::size_t q, double c, double s)
{
    for (std::size_t k = 0; k < rows.columns; ++k) {
        const double x = rows.row(p)[k];
        const double y = rows.row(q)[k];
        rows.row(p)[k] = c * x - s * y;
        rows.row(q)[k] = s * x + c * y;
    }
}

void rotateColumns(DoubleRows& matrix, std::size_t p, std::size_t q, double c, double s)
{
    for (std::size_t k = 0; k < matrix.rows; ++k) {
        double* row = matrix.row(k);
        const double x = row[p];
        const double y = row[q];
        row[p] = c * x - s * y;
        row[q] = s * x + c * y;
    }
}

/// Turns rows p and q so that the element between them vanishes.
void annihilate(DoubleRows& matrix, DoubleRows& vectors, std::size_t p, std::size_t q)
{
    const double between = matrix.row(p)[q];
    if (between == 0)
        return;
    const double theta = (matrix.row(q)[q] - matrix.row(p)[p]) / (2 * between);
    const double t = (theta >= 0 ? 1.0 : -1.0) / (std::abs(theta) + std::hypot(theta, 1.0));
    const double c = 1 / std::hypot(t, 1.0);
    const double s = t * c;
    rotate(matrix, p, q, c, s);
    rotateColumns(matrix, p, q, c, s);
    rotate(vectors, p, q, c, s);
}

bool diagonal(const DoubleRows& matrix)
{
    double off = 0;
    double on = 0;
    for (std::size_t i = 0; i < matrix.rows; ++i) {
        for (std::size_t j = 0; j < matrix.columns; ++j)
            (i == j ? on : off) += matrix.row(i)[j] * matrix.row(i)[j];
    }
    return off <= 1e-30 * on;
}

void fixSigns(DoubleRows& vectors)
{
    for (std::size_t i = 0; i < vectors.rows; ++i) {
        double* row = vectors.row(i);
        const double largest =
            *std::max_element(row, row + vectors.columns, [](double a, double b) { return std::abs(a) < std::abs(b); });
        if (largest < 0)
            std::transform(row, row + vectors.columns, row, std::negate<>());
    }
}

} // namespace

Eigenpairs jacobiEigenpairs(DoubleRows matrix)
{
    assert(matrix.rows == matrix.columns);
    const std::size_t size = matrix.rows;
    DoubleRows vectors(size, size);
    for (std::size_t i = 0; i < size; ++i)
        vectors.row(i)[i] = 1;
    for (int sweep = 0; sweep < mostSweeps && !diagonal(matrix); ++sweep) {
        for (std::size_t p = 0; p + 1 < size; ++p) {
            for (std::size_t q = p + 1; q < size; ++q)
                annihilate(matrix, vectors, p, q);
        }
    }
    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return matrix.row(i)[i]; });
    Eigenpairs pairs{std::vector<double>(size), DoubleRows(size, size)};
    for (std::size_t i = 0; i < size; ++i) {
        pairs.values[i] = matrix.row(order[i])[order[i]];
        std::copy_n(vectors.row(order[i]), size, pairs.vectors.row(i));
    }
    fixSigns(pairs.vectors);
    return pairs;
}

Eigenpairs leadingEigenpairs(const DoubleRows& matrix, std::size_t count)
{
    assert(matrix.rows == matrix.columns && count <= matrix.rows);
    const std::size_t size = matrix.rows;
    const std::size_t width = std::min(size, count + spareVectors);
    DoubleRows block(width, size);
    base::Rng rng(1);
    std::ranges::generate(block.values, [&] { return rng.normal(); });
    orthonormalise(block);
    std::vector<double> values(width);
    for (int step = 0; step < mostSteps; ++step) {
        DoubleRows image = product(block, matrix);
        DoubleRows small(width, width);
        for (std::size_t i = 0; i < width; ++i) {
            for (std::size_t j = 0; j < width; ++j)
                small.row(i)[j] = dot(image.row(i), block.row(j), size);
        }
        const Eigenpairs ritz = jacobiEigenpairs(std::move(small));
        double change = 0;
        for (std::size_t i = 0; i < count; ++i)
            change = std::max(change, std::abs(ritz.values[i] - values[i]));
        values = ritz.values;
        block = product(ritz.vectors, block); // the eigenvectors as well as this block can tell
        if (change <= settled * values[0])
            break;
        block = product(ritz.vectors, image);
        orthonormalise(block);
    }
    Eigenpairs pairs{{values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count)}, DoubleRows(count, size)};
    std::copy_n(block.values.begin(), count * size, pairs.vectors.values.begin());
    fixSigns(pairs.vectors);
    return pairs;
}

} // namespace flowscent::learn
