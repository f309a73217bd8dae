// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/learn/tasks/dataset.h"

namespace flowscent::test {

/// Made-up flows that differ by class in a few statistics and by chance in all the others.
struct ToyShape {
    std::uint16_t classes = 8;
    std::uint32_t flowsPerClass = 24;
    std::uint32_t sessions = 3; ///< every class has flows of each
    std::uint64_t seed = 1;     ///< other seeds have other classes, too
};
[[nodiscard]] learn::Dataset toyDataset(const ToyShape& shape = {});
/// The same flows, each under a class drawn by chance: there is nothing to learn.
[[nodiscard]] learn::Dataset withShuffledLabels(learn::Dataset dataset, std::uint64_t seed);

} // namespace flowscent::test
