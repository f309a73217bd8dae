// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/matrix.h"

namespace flowscent::test {

/// Rows of which the first `threats` are threats.
struct ForestTask {
    base::Matrix rows;
    std::vector<std::uint8_t> isThreat;
};

/// What tests/data/learn/make_forest_golden calls `flows`: a quarter of the columns constant, a quarter of six levels,
/// half bells; a threat is shifted in a quarter of them. The same seed gives the same bits there and here.
[[nodiscard]] ForestTask forestTask(std::uint64_t seed, std::size_t threats, std::size_t others,
                                    std::size_t columns = 24);

} // namespace flowscent::test
