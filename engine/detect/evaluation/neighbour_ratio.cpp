// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/neighbour_ratio.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace flowscent::detect {

namespace {

constexpr double leastDistance = 1e-6;

/// One column an example, so that the distances to all of them grow side by side.
base::Matrix transposed(const base::Matrix& rows)
{
    base::Matrix columns(rows.columns, rows.rows);
    for (std::size_t row = 0; row < rows.rows; ++row) {
        for (std::size_t i = 0; i < rows.columns; ++i)
            columns.row(i)[row] = rows.row(row)[i];
    }
    return columns;
}

void squaredDistances(const base::Matrix& columns, std::span<const float> query, std::span<float> distances)
{
    std::ranges::fill(distances, 0.0F);
    for (std::size_t i = 0; i < columns.rows; ++i) {
        const float* values = columns.row(i).data();
        const float at = query[i];
        for (std::size_t example = 0; example < distances.size(); ++example) {
            const float apart = values[example] - at;
            distances[example] += apart * apart;
        }
    }
}

double nearest(std::span<float> squared, std::size_t neighbours)
{
    const std::size_t count = std::min(neighbours, squared.size());
    std::ranges::partial_sort(squared, squared.begin() + static_cast<std::ptrdiff_t>(count));
    double sum = 0;
    for (const float distance : squared.first(count))
        sum += std::sqrt(double{distance});
    return sum / static_cast<double>(count);
}

} // namespace

std::vector<double> neighbourRatio(const base::Matrix& threat, const base::Matrix& rest, const base::Matrix& query,
                                   std::size_t neighbours)
{
    const base::Matrix threatColumns = transposed(threat);
    const base::Matrix restColumns = transposed(rest);
    std::vector<float> toThreat(threat.rows);
    std::vector<float> toRest(rest.rows);
    std::vector<double> ratios(query.rows);
    for (std::size_t row = 0; row < query.rows; ++row) {
        squaredDistances(threatColumns, query.row(row), toThreat);
        squaredDistances(restColumns, query.row(row), toRest);
        ratios[row] =
            std::log((nearest(toRest, neighbours) + leastDistance) / (nearest(toThreat, neighbours) + leastDistance));
    }
    return ratios;
}

} // namespace flowscent::detect
