// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "engine/flow/flow_table.h"
#include "ui/session/flow_column.h"

namespace flowscent::ui {

/// What a flow's first bytes told, for the columns that show it; empty where they told nothing.
[[nodiscard]] QString identityText(const flow::FlowTable& table, flow::FlowId flow, FlowColumn column);

} // namespace flowscent::ui
