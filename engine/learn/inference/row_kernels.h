// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>

#include "engine/base/instructions.h"

namespace flowscent::learn {

/// Floats are computed side by side in groups of this many: whole registers of every processor.
inline constexpr std::size_t laneGroup = 16;

[[nodiscard]] constexpr std::size_t padded(std::size_t count)
{
    return (count + laneGroup - 1) / laneGroup * laneGroup;
}

/// depth x width floats, row-major, borrowed; `width` is a multiple of laneGroup.
struct Lanes {
    const float* values = nullptr;
    std::size_t depth = 0;
    std::size_t width = 0;
};

enum class RowOperation {
    Product,          ///< into[i][j] = bias[j] + sum over k of rows[i][k] * lanes[k][j]
    RectifiedProduct, ///< the same, negative results 0 (NaN stays)
    SquaredDistance   ///< into[i][j] = sum over k of (rows[i][k] - lanes[k][j])^2
};

/// Rows of `lanes.depth` floats against `lanes`, one row of `lanes.width` floats each. What an element becomes depends
/// on its row and its column alone, to the last bit: on no other row, their number or order. (A BLAS takes other
/// kernels for other shapes, which add in another order.) `bias` has lanes.width floats and is not read for distances.
/// Allocates nothing; any thread.
void eachRow(RowOperation operation, std::span<const float* const> rows, const Lanes& lanes, const float* bias,
             std::span<float* const> into, base::Instructions with = base::widest());

} // namespace flowscent::learn
