// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/matrix.h"

namespace flowscent::learn {

/// Class probabilities, test.rows x ways. See Backend::baseline.
[[nodiscard]] base::Matrix randomForest(const base::Matrix& train, const std::vector<std::uint16_t>& classOf,
                                        std::uint16_t ways, const base::Matrix& test, std::uint64_t seed);
[[nodiscard]] base::Matrix logisticRegression(const base::Matrix& train, const std::vector<std::uint16_t>& classOf,
                                              std::uint16_t ways, const base::Matrix& test);

} // namespace flowscent::learn
