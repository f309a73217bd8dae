// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "ui/models/flow_facts.h"
#include "ui/session/flow_column.h"

/// What a cell of the flow table says.
namespace flowscent::ui {

/// As shown; empty where the flow has nothing in that column.
[[nodiscard]] QString cellText(const FlowFacts& facts, FlowColumn column, std::uint32_t flow);
/// The exact value with its unit, or what the text means; plain text, empty where the cell says it all.
[[nodiscard]] QString cellToolTip(const FlowFacts& facts, FlowColumn column, std::uint32_t flow);
/// "threat", "unsure", "normal", "–"
[[nodiscard]] QString verdictText(std::uint8_t verdict);
/// "1 in 2 000" of a p-value; empty for NaN.
[[nodiscard]] QString oneInText(double pValue);

} // namespace flowscent::ui
