// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/support/novelty.h"

#include "engine/detect/distance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace flowscent::detect {

namespace {

constexpr std::uint32_t middleSample = 1024;
constexpr std::uint32_t neighbourSample = 512;
constexpr std::size_t neighbours = 5;
constexpr float leastDeviation = 1e-3F;

float median(std::vector<float>& values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

/// Of each column.
struct Middle {
    std::vector<float> centre;
    std::vector<float> perDeviation; ///< one over the median absolute deviation
};

Middle middleOf(const base::Matrix& embeddings, base::Rng& rng)
{
    const auto sample = rng.sample(static_cast<std::uint32_t>(embeddings.rows), middleSample);
    Middle middle;
    std::vector<float> values;
    for (std::size_t column = 0; column < embeddings.columns; ++column) {
        values.clear();
        for (const std::uint32_t row : sample) {
            if (std::isfinite(embeddings.row(row)[column]))
                values.push_back(embeddings.row(row)[column]);
        }
        if (values.empty())
            values.push_back(0);
        const float centre = median(values);
        for (float& value : values)
            value = std::abs(value - centre);
        middle.centre.push_back(centre);
        middle.perDeviation.push_back(1 / std::max(median(values), leastDeviation));
    }
    return middle;
}

float fromMiddle(std::span<const float> row, const Middle& middle)
{
    float sum = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const float apart = (row[i] - middle.centre[i]) * middle.perDeviation[i];
        sum += apart * apart;
    }
    return sum;
}

} // namespace

std::vector<std::uint32_t> farthestFromMiddle(const base::Matrix& embeddings, std::span<const std::uint32_t> candidates,
                                              std::size_t most, base::Rng& rng)
{
    const Middle middle = middleOf(embeddings, rng);
    std::vector<std::pair<float, std::uint32_t>> far;
    far.reserve(candidates.size());
    for (const std::uint32_t row : candidates) {
        const float distance = fromMiddle(embeddings.row(row), middle);
        if (std::isfinite(distance))
            far.emplace_back(-distance, row);
    }
    const auto end = far.begin() + static_cast<std::ptrdiff_t>(std::min(most, far.size()));
    std::partial_sort(far.begin(), end, far.end());
    std::vector<std::uint32_t> rows;
    std::transform(far.begin(), end, std::back_inserter(rows), [](const auto& entry) { return entry.second; });
    return rows;
}

std::vector<double> loneliness(const base::Matrix& embeddings, std::span<const std::uint32_t> rows, base::Rng& rng)
{
    const auto sample = rng.sample(static_cast<std::uint32_t>(embeddings.rows), neighbourSample);
    std::vector<double> lonely;
    std::vector<float> distances;
    for (const std::uint32_t row : rows) {
        distances.clear();
        for (const std::uint32_t other : sample) {
            const float apart = squaredDistance(embeddings.row(row), embeddings.row(other));
            if (other != row && std::isfinite(apart))
                distances.push_back(apart);
        }
        const std::size_t count = std::min(neighbours, distances.size());
        std::ranges::nth_element(distances, distances.begin() + static_cast<std::ptrdiff_t>(count));
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i)
            sum += std::sqrt(double{distances[i]});
        lonely.push_back(count == 0 ? 0.0 : sum / static_cast<double>(count));
    }
    return lonely;
}

std::vector<double> distanceToNearest(const base::Matrix& embeddings, std::span<const std::uint32_t> rows,
                                      std::span<const std::uint32_t> others)
{
    std::vector<double> distances;
    for (const std::uint32_t row : rows) {
        float nearest = std::numeric_limits<float>::infinity();
        for (const std::uint32_t other : others)
            nearest = std::min(nearest, squaredDistance(embeddings.row(row), embeddings.row(other)));
        distances.push_back(std::sqrt(double{nearest}));
    }
    return distances;
}

} // namespace flowscent::detect
