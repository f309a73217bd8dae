// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/hunt/filter_fields.h"
#include "engine/hunt/filter_tokens.h"
#include "engine/hunt/filter_tree.h"

/// Inside the filter language only: what a flow's first bytes told, and how it is compared.
namespace flowscent::hunt {

[[nodiscard]] std::uint64_t risksOf(const FlowView& view);

[[nodiscard]] base::Result<RunTest> nameTest(NameField field, const Token& op, const Token& value);
[[nodiscard]] base::Result<RunTest> riskTest(const Token& op, const Token& value);

} // namespace flowscent::hunt
