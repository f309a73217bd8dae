// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>

#include "engine/hunt/filter_fields.h"
#include "engine/hunt/filter_tokens.h"
#include "engine/hunt/filter_tree.h"

/// Inside the filter language only: the leaves of an expression.
namespace flowscent::hunt {

/// `field op value`. Where a flow has no such value no comparison holds, `!=` included; where a field has two values
/// (ip.addr, port), either may match, and `!=` means that neither does (as in Wireshark since 4.0). `index` is the name
/// in score["name"], or empty.
[[nodiscard]] base::Result<RunTest> comparisonTest(const FieldEntry& field, const std::string& index, const Token& op,
                                                   const Token& value);

/// A field on its own: the flow has it, or the flag is set.
[[nodiscard]] RunTest presenceTest(const FieldEntry& field, const std::string& index);

/// `field in {values}` as one question, for as many values as one likes; they must be such that comparisonTest takes
/// them. Nothing for fields that have no such test.
[[nodiscard]] std::optional<RunTest> setTest(const FieldEntry& field, std::span<const std::string> values);

} // namespace flowscent::hunt
