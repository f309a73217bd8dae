// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/baselines/baselines.h"

#include <algorithm>
#include <cmath>

namespace flowscent::learn {

namespace {

struct Neighbour {
    double distance; ///< Euclidean
    std::size_t row;
    auto operator<=>(const Neighbour&) const = default;
};

double distance(std::span<const float> one, std::span<const float> other)
{
    double sum = 0;
    for (std::size_t i = 0; i < one.size(); ++i) {
        const double apart = static_cast<double>(one[i]) - static_cast<double>(other[i]);
        sum += apart * apart;
    }
    return std::sqrt(sum);
}

/// An example in the very same place leaves the others no vote.
double weight(double distance, double nearest)
{
    return nearest > 0 ? nearest / distance : distance > 0 ? 0.0 : 1.0;
}

} // namespace

base::Matrix nearestNeighbours(const BaselineTask& task, std::size_t neighbours)
{
    const std::size_t voters = std::min(neighbours, task.train.rows);
    std::vector<Neighbour> examples(task.train.rows);
    base::Matrix shares(task.test.rows, task.classes);
    for (std::size_t row = 0; row < task.test.rows; ++row) {
        for (std::size_t i = 0; i < examples.size(); ++i)
            examples[i] = {distance(task.test.row(row), task.train.row(i)), i};
        std::ranges::partial_sort(examples, examples.begin() + static_cast<std::ptrdiff_t>(voters));
        double sum = 0;
        for (std::size_t i = 0; i < voters; ++i)
            sum += weight(examples[i].distance, examples[0].distance);
        for (std::size_t i = 0; i < voters; ++i)
            shares.row(row)[task.classOf[examples[i].row]] +=
                static_cast<float>(weight(examples[i].distance, examples[0].distance) / sum);
    }
    return shares;
}

} // namespace flowscent::learn
