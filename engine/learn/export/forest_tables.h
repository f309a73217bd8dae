// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/features/scaler.h"
#include "engine/learn/export/export.h"

/// For the exporters only.
namespace flowscent::learn {

/// A forest as tensors know it: every row starts at each root and is asked `depth` times; who has arrived stays there.
/// Entries by node, trees one after the other. Plain value.
struct ForestTables {
    std::vector<std::int64_t> roots;
    std::vector<std::int64_t> columns; ///< of the statistics; any in a leaf
    std::vector<float> thresholds;     ///< at most that goes left, all else right; in native units
    std::vector<std::int64_t> left;    ///< a leaf leads to itself
    std::vector<std::int64_t> right;
    std::vector<float> shares;
    std::size_t depth = 0; ///< of the forest
};

/// Thresholds of scaled statistics become thresholds of raw ones: the
/// largest raw number that the scaler takes to at most the threshold. A count may lie on a threshold exactly (1 is
/// halfway between 0 and 3 on the logarithm's scale), and there the last bit of another program's logarithm would send
/// it left or right. Our scaling never falls as the raw number rises - its logarithm was tried with every float - so
/// that every branch stays the program's. The forest is sound, the scaler has all statistics. A microsecond a question;
/// any thread.
[[nodiscard]] ForestTables forestTables(const Forest& forest, const features::Scaler& scaler);

/// Questions on the longest way.
[[nodiscard]] std::size_t forestDepth(const Forest& forest);

[[nodiscard]] inline bool isForest(const Readout::Part& part)
{
    return !part.forest.roots.empty();
}

/// Whether the forest can be walked with rows of `columns` numbers.
[[nodiscard]] bool soundForest(const Forest& forest, std::size_t columns);

} // namespace flowscent::learn
