// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include "engine/base/matrix.h"
#include "engine/base/random.h"

namespace flowscent::test {

inline std::vector<std::uint32_t> allRows(const base::Matrix& matrix)
{
    std::vector<std::uint32_t> rows(matrix.rows);
    std::iota(rows.begin(), rows.end(), 0U);
    return rows;
}

/// ((37 i + 101 k^2 + 13 i k) mod 97) / 97 * (1 + k mod 3): numbers that another program can make too.
inline base::Matrix plainRows()
{
    base::Matrix rows(60, 6);
    for (std::size_t i = 0; i < rows.rows; ++i) {
        for (std::size_t k = 0; k < rows.columns; ++k)
            rows.row(i)[k] =
                static_cast<float>(double((i * 37 + k * k * 101 + i * k * 13) % 97) / 97 * double(1 + k % 3));
    }
    return rows;
}

/// Clouds of width 1 in all `columns` around centres that lie `apart`; row i belongs to cloud i % clouds.
inline base::Matrix clouds(std::size_t rows, std::size_t columns, std::size_t clouds, double apart, std::uint64_t seed)
{
    base::Rng rng(seed);
    base::Matrix centres(clouds, columns);
    for (float& value : centres.values)
        value = static_cast<float>(apart * rng.normal());
    base::Matrix made(rows, columns);
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t k = 0; k < columns; ++k)
            made.row(row)[k] = centres.row(row % clouds)[k] + static_cast<float>(rng.normal());
    }
    return made;
}

} // namespace flowscent::test
