// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/hunt/filter.h"

/// Inside the filter language only: a compiled expression.
namespace flowscent::hunt {

/// A run of rows of one table, as many as the mask that goes with it.
struct RowRun {
    const flow::FlowTable& table;
    const FilterContext& context;
    double captureEnd = 0; ///< seconds since 1970 of the table's last packet
    std::uint32_t begin = 0;
};

using Mask = std::span<std::uint8_t>; ///< 1 for rows that pass

/// Answers for a whole run at once: the question is decided once and then asked of a column.
using RunTest = std::function<void(const RowRun&, Mask)>;

/// A node of the expression. Chains of one operator are one node, so that depth is bounded by brackets alone.
struct FilterNode {
    enum class Kind { Test, All, Any, Not };

    Kind kind = Kind::Test;
    RunTest test;
    std::vector<FilterNode> children;

    static constexpr std::size_t longestRun = 1024;
    /// Fills the mask, of at most longestRun rows. Children that cannot change the answer are not asked.
    void evaluate(const RowRun& run, Mask mask) const;
};

} // namespace flowscent::hunt
