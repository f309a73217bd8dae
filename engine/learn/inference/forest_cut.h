// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/instructions.h"

namespace flowscent::learn {

/// A finite float as an integer of the same order (0 and -0 are one): loops over integers become vector instructions
/// without leave to treat floats loosely, and their sums are exact.
[[nodiscard]] std::int32_t orderedKey(float value);
[[nodiscard]] float valueOf(std::int32_t key);

/// The examples of one class in a node, seen in one column. Both spans have one entry an example.
struct ColumnGroup {
    std::span<const std::int32_t> keys;
    std::span<const std::int32_t> draws; ///< how often each was drawn, at least 1
    std::int64_t total = 0;              ///< of the draws
    double weight = 1;                   ///< of one draw
};

struct Cut {
    float threshold = 0; ///< numbers up to it go left
    /// Sum over both sides of (sum over classes of weight squared) / weight: the larger, the smaller Gini's impurity.
    double purity = 0;
};

/// Buffers that live longer than a cut.
struct CutSpace {
    std::vector<std::pair<std::int32_t, std::int32_t>> anchors;
    std::vector<std::pair<std::int32_t, std::int32_t>> sorted;
};

/// The cut halfway between two neighbouring numbers that leaves the purest sides; the lowest of equally good ones.
/// Nothing where all numbers are one. Neither group may be empty.
///
/// Exact, though it looks only at cuts beside a number of the smaller class: between two of those the purity is a
/// convex function of what moves from right to left, so it is greatest at an end (Fayyad and Irani, "On the handling of
/// continuous-valued attributes in decision tree generation", Machine Learning 1992, show it of entropy).
[[nodiscard]] std::optional<Cut> bestCut(const ColumnGroup& a, const ColumnGroup& b, CutSpace& space,
                                         base::Instructions with = base::widest());
/// The same by looking at every cut in the sorted numbers: faster where both classes are large, and what holds the
/// other to account.
[[nodiscard]] std::optional<Cut> bestCutBySorting(const ColumnGroup& a, const ColumnGroup& b, CutSpace& space);
/// The cut at `place` (0..1) of the way between the least and the greatest number; nothing where all numbers are one.
[[nodiscard]] std::optional<Cut> cutAt(double place, const ColumnGroup& a, const ColumnGroup& b,
                                       base::Instructions with = base::widest());

} // namespace flowscent::learn
