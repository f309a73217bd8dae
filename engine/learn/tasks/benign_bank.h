// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/learn/tasks/dataset.h"

namespace flowscent::learn {

inline constexpr std::size_t benignBankFlows = 1000;

/// The bank that ships with a model: so many benign flows of a training split (all where there are fewer), drawn
/// uniformly, in the dataset's order. `training` is free of duplicates, or they are drawn more often. The same seed
/// gives the same flows.
[[nodiscard]] features::FeatureSet drawBenignBank(const Dataset& training, std::size_t flows, std::uint64_t seed);

} // namespace flowscent::learn
