// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <vector>

namespace flowscent::detect {

/// The value below which `share` of the values lie, interpolated between neighbours (type 7 of Hyndman and Fan,
/// "Sample quantiles in statistical packages", 1996). At least one value; 0 <= share <= 1.
[[nodiscard]] inline double quantile(std::vector<double> values, double share)
{
    assert(!values.empty());
    std::ranges::sort(values);
    const double at = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const auto above = std::min(below + 1, values.size() - 1);
    return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
}

} // namespace flowscent::detect
