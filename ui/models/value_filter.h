// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "ui/models/flow_facts.h"
#include "ui/session/flow_column.h"

namespace flowscent::ui {

/// Expressions of the filter language about what a cell shows; empty where the language has no field for it.
struct ValueFilter {
    QString same;    ///< `host == "evil.example"`; `!host` where the cell is empty
    QString other;   ///< what `same` leaves out
    QString atLeast; ///< of numbers
    QString atMost;

    [[nodiscard]] bool empty() const { return same.isEmpty(); }
};

[[nodiscard]] ValueFilter valueFilter(const FlowFacts& facts, FlowColumn column, std::uint32_t flow);

} // namespace flowscent::ui
