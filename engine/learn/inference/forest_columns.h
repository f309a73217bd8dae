// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/base/matrix.h"
#include "engine/learn/inference/forest_cut.h"

namespace flowscent::learn {

/// The examples, column by column.
struct ForestColumns {
    std::size_t rows = 0;
    std::size_t count = 0;
    std::vector<std::int32_t> keys; ///< count x rows
    std::vector<bool> isConstant;   ///< per column

    explicit ForestColumns(const base::Matrix& from)
        : rows(from.rows)
        , count(from.columns)
        , keys(from.values.size())
        , isConstant(from.columns, true)
    {
        constexpr std::size_t tile = 16; // a line of what is read
        for (std::size_t first = 0; first < count; first += tile) {
            const std::size_t end = std::min(first + tile, count);
            for (std::size_t row = 0; row < rows; ++row) {
                for (std::size_t column = first; column < end; ++column)
                    keys[column * rows + row] = orderedKey(from.values[row * count + column]);
            }
        }
        for (std::size_t column = 0; column < count; ++column) {
            const auto all = this->column(column);
            isConstant[column] = std::ranges::adjacent_find(all, std::not_equal_to{}) == all.end();
        }
    }
    [[nodiscard]] std::span<const std::int32_t> column(std::size_t index) const
    {
        return {keys.data() + index * rows, rows};
    }
};

} // namespace flowscent::learn
