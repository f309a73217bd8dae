// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/learn/inference/forest.h"

namespace flowscent::detect {

/// What each column has to do with a forest answering otherwise for `row` than for `other`: exact Shapley values of the
/// game in which the columns of a set are the row's and all others the other's (interventional TreeSHAP against one
/// row: Lundberg et al., "From local explanations to global understanding with explainable AI for trees", Nature
/// Machine Intelligence 2020). They add up to the row's share minus the other's, so that they complete gradients that
/// were integrated between the same two flows; learn::forestContributions, whose zero is the training flows' mean,
/// would not. Both rows have forest.columns numbers. A column in which they agree gets 0. Microseconds a tree; any
/// thread.
[[nodiscard]] std::vector<double> forestDifference(const learn::Forest& forest, std::span<const float> row,
                                                   std::span<const float> other);

} // namespace flowscent::detect
