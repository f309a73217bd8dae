// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/hunt/filter_tree.h"

/// Inside the filter language only.
namespace flowscent::hunt {

/// Compiles an expression. See Filter::parse for errors; nesting beyond 64 brackets and expressions beyond 64 KiB are
/// refused.
[[nodiscard]] base::Result<FilterNode> compileFilter(std::string_view expression);

} // namespace flowscent::hunt
