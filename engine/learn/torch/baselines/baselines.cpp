// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/baselines/baselines.h"

#include "engine/base/matrix_rows.h"

#include <algorithm>
#include <cmath>

namespace flowscent::learn {

using base::Matrix;

namespace {

constexpr std::size_t many = 5; ///< neighbours of Baseline::FiveNearestNeighbours

base::Result<void> check(Baseline kind, const Matrix& train, const std::vector<std::uint16_t>& classOf,
                         std::uint16_t ways, const Matrix& test)
{
    const auto refused = [](const char* why) { return base::failure(base::Error::Code::Support, why); };
    if (train.rows == 0)
        return refused("there are no examples to learn from");
    if (train.columns == 0 || test.columns != train.columns || classOf.size() != train.rows ||
        std::ranges::any_of(classOf, [ways](std::uint16_t index) { return index >= ways; }))
        return refused("the examples and their classes do not fit together");
    if (kind == Baseline::ShareForest && ways > 2)
        return refused("a forest of shares knows two classes");
    if (!base::allFinite(train) || !base::allFinite(test))
        return refused("a feature is not a finite number");
    return {};
}

Matrix ask(Baseline kind, const BaselineTask& task)
{
    switch (kind) {
    case Baseline::RandomForest:
        return randomForest(task);
    case Baseline::LogisticRegression:
        return logisticRegression(task, false);
    case Baseline::LinearSvm:
        return linearSvm(task);
    case Baseline::NearestNeighbour:
        return nearestNeighbours(task, 1);
    case Baseline::FiveNearestNeighbours:
        return nearestNeighbours(task, many);
    case Baseline::GradientBoosting:
        return gradientBoosting(task);
    case Baseline::BalancedLogisticRegression:
        return logisticRegression(task, true);
    case Baseline::ShareForest:
        return shareForest(task);
    }
    return {};
}

} // namespace

base::Result<Matrix> answer(Baseline kind, const Matrix& train, const std::vector<std::uint16_t>& classOf,
                            std::uint16_t ways, const Matrix& test, std::uint64_t seed)
{
    if (const auto good = check(kind, train, classOf, ways, test); !good)
        return base::failure(good.error());

    std::vector<std::uint16_t> present = classOf;
    std::ranges::sort(present);
    present.erase(std::unique(present.begin(), present.end()), present.end());
    std::vector<std::uint16_t> place(ways);
    for (std::size_t i = 0; i < present.size(); ++i)
        place[present[i]] = static_cast<std::uint16_t>(i);
    std::vector<std::uint16_t> placeOf;
    for (const std::uint16_t index : classOf)
        placeOf.push_back(place[index]);

    Matrix shares(test.rows, ways);
    if (test.rows == 0)
        return shares;
    Matrix found(test.rows, 1);
    std::ranges::fill(found.values, 1.0F); // nothing to choose from when there is one class
    if (present.size() > 1)
        found = ask(kind, {train, placeOf, static_cast<std::uint16_t>(present.size()), test, seed});
    for (std::size_t row = 0; row < test.rows; ++row) {
        for (std::size_t i = 0; i < present.size(); ++i)
            shares.row(row)[present[i]] = found.row(row)[i];
    }
    return shares;
}

} // namespace flowscent::learn
