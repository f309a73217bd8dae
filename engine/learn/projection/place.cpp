// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/projection/place.h"

#include <algorithm>

namespace flowscent::learn {

std::vector<std::uint32_t> finiteRows(const base::Matrix& matrix, std::span<const std::uint32_t> rows)
{
    std::vector<std::uint32_t> finite;
    finite.reserve(rows.size());
    std::ranges::copy_if(rows, std::back_inserter(finite), [&](std::uint32_t row) {
        float sum =
            0; // 0 * x is NaN for infinities and NaN alone: a loop that looks at each number takes thrice as long
        for (const float value : matrix.row(row))
            sum += 0.0F * value;
        return sum == 0.0F;
    });
    return finite;
}

} // namespace flowscent::learn
