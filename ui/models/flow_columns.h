// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/flow_column.h"

namespace flowscent::ui {

/// How a column is headed and explained.
struct FlowColumnText {
    const char* heading;
    const char* explanation; ///< what it is, its unit, and whether the model looks at it
    const char* widest;      ///< a text that the column should show without cutting
    bool number = false;     ///< right-aligned
};

[[nodiscard]] const FlowColumnText& columnText(FlowColumn column);

} // namespace flowscent::ui
