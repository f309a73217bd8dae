// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "engine/base/error.h"

namespace flowscent::learn {

/// Classifiers that know nothing of other tasks: the opponents on the same episodes, and members of the ensemble. Their
/// settings are scikit-learn's defaults, save where a default would make a straw man of the classifier.
enum class Baseline : std::uint8_t {
    RandomForest,          ///< 100 trees grown until pure; the share of trees that vote for a class
    LogisticRegression,    ///< multinomial, C = 1
    LinearSvm,             ///< one against the rest, squared hinge, C = 1; see below
    NearestNeighbour,      ///< 1 for the class of the nearest example
    FiveNearestNeighbours, ///< votes of the five nearest examples, each weighing the inverse of its distance
    GradientBoosting,      ///< 100 rounds
    /// The same with every class weighing as much as any other (class_weight="balanced"): what few examples against
    /// much background need. Of equal numbers it is LogisticRegression, hence none of allBaselines, who play episodes.
    BalancedLogisticRegression,
    /// Of two classes: 100 trees whose leaves answer with the share of their examples instead of the majority's class,
    /// as scikit-learn's do. That is another answer only where examples of both classes are alike in every feature, so
    /// it is for the few features of an audit; the size of the answer is a share all the same.
    ShareForest,
};
inline constexpr std::array allBaselines{
    Baseline::RandomForest,     Baseline::LogisticRegression,    Baseline::LinearSvm,
    Baseline::NearestNeighbour, Baseline::FiveNearestNeighbours, Baseline::GradientBoosting};

/// "random_forest", "linear_svm", ...
[[nodiscard]] std::string_view text(Baseline baseline);
[[nodiscard]] base::Result<Baseline> parseBaseline(std::string_view text);

} // namespace flowscent::learn
