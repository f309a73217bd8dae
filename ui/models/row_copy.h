// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

#include "ui/models/flow_facts.h"
#include "ui/session/flow_column.h"

namespace flowscent::ui {

enum class CopyFormat : std::uint8_t { Csv, Tsv };

/// A heading and a line per flow, as the cells say it but with plain numbers: "1284" and not "1 284". In TSV, tabs and
/// line breaks within a text become spaces. A text that a spreadsheet would take for a formula gets a ' before it.
[[nodiscard]] QString rowsText(const FlowFacts& facts, const std::vector<FlowColumn>& columns,
                               const std::vector<flow::FlowId>& flows, CopyFormat format);

} // namespace flowscent::ui
