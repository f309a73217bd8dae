// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/directions.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace flowscent::detect {

std::vector<float> centreOf(const base::Matrix& rows)
{
    std::vector<double> sum(rows.columns);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        for (std::size_t i = 0; i < rows.columns; ++i)
            sum[i] += double{rows.row(row)[i]};
    }
    std::vector<float> centre(rows.columns);
    for (std::size_t i = 0; i < centre.size() && rows.rows > 0; ++i)
        centre[i] = static_cast<float>(sum[i] / static_cast<double>(rows.rows));
    return centre;
}

base::Matrix directionsFrom(std::span<const float> centre, const base::Matrix& rows)
{
    base::Matrix directions = rows;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        const auto values = directions.row(row);
        double length = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] -= centre[i];
            length += double{values[i]} * double{values[i]};
        }
        const auto scale = length > 0 ? static_cast<float>(1.0 / std::sqrt(length)) : 0.0F;
        for (float& value : values)
            value *= scale;
    }
    return directions;
}

float likeness(std::span<const float> a, std::span<const float> b)
{
    constexpr std::size_t lanes = 8; // summed side by side, so that the compiler may do so too
    std::array<float, lanes> sums{};
    std::size_t i = 0;
    for (; i + lanes <= a.size(); i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane)
            sums[lane] += a[i + lane] * b[i + lane];
    }
    float sum = 0;
    for (; i < a.size(); ++i)
        sum += a[i] * b[i];
    for (const float part : sums)
        sum += part;
    return sum;
}

float nearestLikeness(std::span<const float> direction, const base::Matrix& rows, std::size_t without)
{
    float nearest = -1;
    for (std::size_t row = 0; row < rows.rows; ++row) {
        if (row != without)
            nearest = std::max(nearest, likeness(direction, rows.row(row)));
    }
    return nearest;
}

} // namespace flowscent::detect
