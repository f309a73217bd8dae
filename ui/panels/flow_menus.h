// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/session/flow_column.h"

class QMenu;

namespace flowscent::ui {

class FlowView;

/// What can be done with a column: sort, filter by the current flow's value, hide, explain, arrange the columns.
void fillColumnMenu(QMenu& menu, FlowView& view, FlowColumn column);
/// What can be done with the current cell and the chosen rows: filter, copy, and every action of the view.
void fillCellMenu(QMenu& menu, FlowView& view);

} // namespace flowscent::ui
