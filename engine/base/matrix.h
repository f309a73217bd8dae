// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

namespace flowscent::base {

/// Rows of floats, row after row in one block. The common coin between features, learner and detector:
/// it names no library.
struct Matrix {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<float> values; ///< rows * columns, row-major

    Matrix() = default;
    Matrix(std::size_t r, std::size_t c)
        : rows(r)
        , columns(c)
        , values(r * c)
    {
    }

    [[nodiscard]] std::span<float> row(std::size_t index)
    {
        assert(index < rows);
        return {values.data() + index * columns, columns};
    }
    [[nodiscard]] std::span<const float> row(std::size_t index) const
    {
        assert(index < rows);
        return {values.data() + index * columns, columns};
    }
    friend bool operator==(const Matrix&, const Matrix&) = default;
};

} // namespace flowscent::base
