// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/matrix.h"

namespace flowscent::detect {

struct OrderSettings {
    std::uint32_t pairs = 8; ///< of an order and the same backwards
    std::uint64_t seed = 1;
};

/// How much each number has to do with a function's difference between two points, for functions without slopes (a
/// forest is flat between its cuts, and sees embeddings besides). Starting at one point, the numbers of the other are
/// put in one after the other; each is credited with what changes then, and orders are averaged: Shapley values by
/// sampled orders (Castro, Gomez and Tejada, "Polynomial calculation of the Shapley value based on sampling", Computers
/// and Operations Research 2009), each with its reverse, which takes most of the chance out. Columns of a group come
/// together, in an order of their own within it (Owen values). Every order is complete, so the sum is the difference
/// but for rounding, however few there are; single values keep some chance, which more orders make smaller. Columns
/// that agree, or that are in no group, get 0. The same seed gives the same values. Errors are those of the function;
/// Argument when sizes differ.
[[nodiscard]] base::Result<std::vector<double>>
attributeByOrders(const std::function<base::Result<std::vector<double>>(const base::Matrix& points)>& values,
                  std::span<const float> start, std::span<const float> end,
                  const std::vector<std::vector<std::size_t>>& groups, const OrderSettings& settings);

} // namespace flowscent::detect
