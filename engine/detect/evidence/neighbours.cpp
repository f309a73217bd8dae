// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/neighbours.h"

#include "engine/detect/distance.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flowscent::detect {

using base::Matrix;

namespace {

/// Share of ascending numbers below `value`.
double shareBelow(const std::vector<double>& ascending, double value)
{
    if (ascending.empty())
        return 0;
    const auto end = std::ranges::lower_bound(ascending, value);
    return static_cast<double>(end - ascending.begin()) / static_cast<double>(ascending.size());
}

std::vector<Neighbour> nearest(const Matrix& rows, std::span<const float> flow, std::size_t count,
                               std::optional<std::uint32_t> itself)
{
    std::vector<Neighbour> all;
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
        if (row != itself)
            all.push_back({row, std::sqrt(preciseSquaredDistance(rows.row(row), flow))});
    }
    std::ranges::stable_sort(all, {}, &Neighbour::distance);
    all.resize(std::min(all.size(), count));
    return all;
}

std::vector<double> lonelinessOf(const Matrix& rows)
{
    std::vector<double> nearestOther(rows.rows, std::numeric_limits<double>::infinity());
    for (std::size_t one = 0; one < rows.rows; ++one) {
        for (std::size_t other = 0; other < one; ++other) {
            const double distance = std::sqrt(preciseSquaredDistance(rows.row(one), rows.row(other)));
            nearestOther[one] = std::min(nearestOther[one], distance);
            nearestOther[other] = std::min(nearestOther[other], distance);
        }
    }
    std::ranges::sort(nearestOther);
    return nearestOther;
}

} // namespace

Neighbours::Neighbours(Matrix examples, Matrix background)
    : m_examples(std::move(examples))
    , m_background(std::move(background))
    , m_loneliness(lonelinessOf(m_background))
{
    for (std::size_t example = 0; example < m_examples.rows; ++example) {
        std::vector<double> distances;
        for (std::size_t row = 0; row < m_background.rows; ++row)
            distances.push_back(std::sqrt(preciseSquaredDistance(m_examples.row(example), m_background.row(row))));
        std::ranges::sort(distances);
        m_toExample.push_back(std::move(distances));
    }
}

std::vector<Neighbour> Neighbours::examples(std::span<const float> flow, std::size_t count,
                                            std::optional<std::uint32_t> itself) const
{
    auto found = nearest(m_examples, flow, count, itself);
    for (Neighbour& neighbour : found)
        neighbour.nearerShare = shareBelow(m_toExample[neighbour.index], neighbour.distance);
    return found;
}

std::vector<Neighbour> Neighbours::background(std::span<const float> flow, std::size_t count,
                                              std::optional<std::uint32_t> itself) const
{
    auto found = nearest(m_background, flow, count, itself);
    for (Neighbour& neighbour : found)
        neighbour.nearerShare = shareBelow(m_loneliness, neighbour.distance);
    return found;
}

} // namespace flowscent::detect
