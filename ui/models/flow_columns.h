// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

#include "ui/session/flow_column.h"

namespace flowscent::ui {

/// Whether the model looks at what a column shows (resources/models/FEATURES.md). An answer of the model itself is none
/// of the three.
enum class UsedByModel : std::uint8_t { No, Yes, Partly, Answer };

/// How a column is headed and explained. English, for tr in the context "FlowTableModel".
struct FlowColumnText {
    const char* key;     ///< its name in settings; never changes
    const char* heading; ///< as short as it can be
    const char* name;    ///< in full
    const char* what;    ///< a sentence
    const char* formula; ///< null where there is nothing to compute
    const char* unit;    ///< null where there is none
    UsedByModel used;
    const char* usage;   ///< what exactly the model sees of it; null when `used` says it all
    const char* field;   ///< of the filter language; null where it has none
    const char* widest;  ///< a text that the column should show without cutting
    bool number = false; ///< right-aligned
};

[[nodiscard]] const FlowColumnText& columnText(FlowColumn column);
/// The column of that key.
[[nodiscard]] std::optional<FlowColumn> columnOfKey(const QString& key);
/// Everything there is to say of a column, as rich text: what it is, formula, unit, whether the model uses it, and how
/// to filter by it.
[[nodiscard]] QString columnExplanation(FlowColumn column);

} // namespace flowscent::ui
