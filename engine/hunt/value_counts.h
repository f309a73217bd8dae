// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/hunt/filter.h"

namespace flowscent::hunt {

/// Which values the fields of one table have, and how many flows each: what an editor offers behind an operator.
/// Counted once on a lane (about a second for a million flows), then immutable and for every thread. Fields of numbers
/// that hardly repeat (bytes, times, scores) are left out.
class ValueCounts {
public:
    struct Value {
        std::string text; ///< as an expression would compare it, without quotes
        std::uint64_t flows = 0;
        friend bool operator==(const Value&, const Value&) = default;
    };
    static constexpr std::size_t mostValues = 1000; ///< per field, the most frequent

    ValueCounts() = default; ///< knows no values
    /// What was counted so far once stopped.
    [[nodiscard]] static ValueCounts count(const flow::FlowTable& table, const FilterContext& context,
                                           const std::stop_token& stop = {});
    /// By the field's own name (see Filter::fields), the most frequent first, equals by their text; empty when unknown.
    /// Of "score": the names that score["..."] knows, with how many flows each has scored.
    [[nodiscard]] std::span<const Value> of(std::string_view field) const;

private:
    std::map<std::string, std::vector<Value>, std::less<>> m_values;
};

} // namespace flowscent::hunt
