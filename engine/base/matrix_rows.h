// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <ranges>

#include "engine/base/matrix.h"

/// Rows of matrices taken out, put together and looked through.
namespace flowscent::base {

/// The named rows, in that order.
template <std::ranges::sized_range Rows>
requires std::unsigned_integral<std::ranges::range_value_t<Rows>>
[[nodiscard]] Matrix rowsOf(const Matrix& from, const Rows& rows)
{
    Matrix chosen(std::ranges::size(rows), from.columns);
    std::size_t place = 0;
    for (const auto row : rows)
        std::ranges::copy(from.row(row), chosen.row(place++).begin());
    return chosen;
}

/// Puts `more` below; a matrix without rows takes its width from it, and to one with rows none adds nothing.
inline void append(Matrix& to, const Matrix& more)
{
    assert(to.rows == 0 || more.rows == 0 || to.columns == more.columns);
    if (to.rows == 0)
        to.columns = more.columns;
    to.rows += more.rows;
    to.values.insert(to.values.end(), more.values.begin(), more.values.end());
}

[[nodiscard]] inline bool allFinite(const Matrix& matrix)
{
    return std::ranges::all_of(matrix.values, [](float value) { return std::isfinite(value); });
}

} // namespace flowscent::base
