// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/matrix.h"
#include "engine/learn/baseline.h"

/// Inside the plugin only. One file for each baseline; what it is made of was chosen by agreement with scikit-learn on
/// the same episodes and by speed (tests/bench/compare_sklearn prints both).
namespace flowscent::learn {

/// What reaches a baseline: every number is finite, there are two classes at least, and each has an example.
struct BaselineTask {
    const base::Matrix& train;                 ///< n x d
    const std::vector<std::uint16_t>& classOf; ///< n, each in 0 .. classes-1
    std::uint16_t classes;
    const base::Matrix& test; ///< m x d, m >= 1
    std::uint64_t seed;
};

/// Class shares, m x classes; rows sum to 1.
/// OpenCV's RTrees.
[[nodiscard]] base::Matrix randomForest(const BaselineTask& task);
/// The same as a regression of 0 and 1, whose splits (variance) are those of a classification (Gini); classes == 2.
[[nodiscard]] base::Matrix shareForest(const BaselineTask& task);
/// scikit-learn's objective, minimised by LibTorch's L-BFGS: liblinear's is one against the rest.
/// `balanced`: an example weighs n / (classes * examples of its class).
[[nodiscard]] base::Matrix logisticRegression(const BaselineTask& task, bool balanced);
/// liblinear, which is what scikit-learn's LinearSVC calls.
[[nodiscard]] base::Matrix linearSvm(const BaselineTask& task);
/// Own few lines: OpenCV's KNearest does not weigh votes.
[[nodiscard]] base::Matrix nearestNeighbours(const BaselineTask& task, std::size_t neighbours);
/// XGBoost.
[[nodiscard]] base::Matrix gradientBoosting(const BaselineTask& task);

/// Backend::baseline: checks the task, leaves out the classes that have no example, and asks the baseline.
[[nodiscard]] base::Result<base::Matrix> answer(Baseline kind, const base::Matrix& train,
                                                const std::vector<std::uint16_t>& classOf, std::uint16_t ways,
                                                const base::Matrix& test, std::uint64_t seed);

} // namespace flowscent::learn
