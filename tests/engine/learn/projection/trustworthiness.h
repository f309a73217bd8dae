// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "engine/base/matrix.h"

namespace flowscent::test {

/// How far neighbours on a map are neighbours in truth: 1 when all are (Venna and Kaski, "Neighborhood preservation in
/// nonlinear projection methods", 2001; the formula of sklearn.manifold.trustworthiness).
inline double trustworthiness(const base::Matrix& truth, const base::Matrix& map, std::size_t neighbours)
{
    const std::size_t n = truth.rows;
    const auto order = [n](const base::Matrix& matrix, std::size_t row) {
        std::vector<double> apart(n);
        for (std::size_t other = 0; other < n; ++other) {
            for (std::size_t k = 0; k < matrix.columns; ++k) {
                const double difference = double{matrix.row(row)[k]} - double{matrix.row(other)[k]};
                apart[other] += difference * difference;
            }
        }
        apart[row] = -1;
        std::vector<std::size_t> nearestFirst(n);
        std::iota(nearestFirst.begin(), nearestFirst.end(), std::size_t{0});
        std::ranges::stable_sort(nearestFirst, {}, [&](std::size_t other) { return apart[other]; });
        return nearestFirst; // itself first
    };
    double penalty = 0;
    for (std::size_t row = 0; row < n; ++row) {
        const auto inTruth = order(truth, row);
        std::vector<std::size_t> rank(n);
        for (std::size_t place = 0; place < n; ++place)
            rank[inTruth[place]] = place;
        const auto onMap = order(map, row);
        for (std::size_t place = 1; place <= neighbours; ++place) {
            if (rank[onMap[place]] > neighbours)
                penalty += static_cast<double>(rank[onMap[place]] - neighbours);
        }
    }
    const auto count = static_cast<double>(n);
    const auto k = static_cast<double>(neighbours);
    return 1 - penalty * 2 / (count * k * (2 * count - 3 * k - 1));
}

} // namespace flowscent::test
