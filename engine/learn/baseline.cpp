// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/baseline.h"

#include <string>

namespace flowscent::learn {

std::string_view text(Baseline baseline)
{
    switch (baseline) {
    case Baseline::RandomForest:
        return "random_forest";
    case Baseline::LogisticRegression:
        return "logistic_regression";
    case Baseline::LinearSvm:
        return "linear_svm";
    case Baseline::NearestNeighbour:
        return "nearest_neighbour";
    case Baseline::FiveNearestNeighbours:
        return "five_nearest_neighbours";
    case Baseline::GradientBoosting:
        return "gradient_boosting";
    case Baseline::BalancedLogisticRegression:
        return "balanced_logistic_regression";
    case Baseline::ShareForest:
        return "share_forest";
    }
    return "";
}

base::Result<Baseline> parseBaseline(std::string_view name)
{
    std::string known;
    for (const Baseline baseline : allBaselines) {
        if (text(baseline) == name)
            return baseline;
        known += (known.empty() ? "" : ", ") + std::string(text(baseline));
    }
    return base::failure(base::Error::Code::Argument,
                         "there is no baseline '" + std::string(name) + "'; there are " + known);
}

} // namespace flowscent::learn
