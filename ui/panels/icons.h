// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

namespace flowscent::ui {

/// Our own drawings (resources/icons), coloured for the palette at hand. `name` is the file's, without its ending.
[[nodiscard]] QIcon icon(const QString& name, const QColor& colour);
/// Kept between calls, because table cells ask for them at every repaint.
[[nodiscard]] QPixmap iconPixmap(const QString& name, const QColor& colour, int size, qreal ratio);

} // namespace flowscent::ui
