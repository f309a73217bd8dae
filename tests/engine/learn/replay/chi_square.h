// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

namespace flowscent::test {

/// Pearson's statistic: sum of (observed - expected)^2 / expected.
[[nodiscard]] inline double chiSquare(std::span<const double> observed, std::span<const double> expected)
{
    double sum = 0;
    for (std::size_t i = 0; i < observed.size(); ++i)
        sum += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
    return sum;
}

} // namespace flowscent::test
