// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPoint>

#include "ui/session/flow_column.h"

class QWidget;

namespace flowscent::ui {

/// Opens a small window that explains a column: what it is, formula, unit, whether the model uses it. Work goes on
/// beside it; the next one takes its place.
void showColumnNote(FlowColumn column, QWidget& parent, const QPoint& at);

} // namespace flowscent::ui
