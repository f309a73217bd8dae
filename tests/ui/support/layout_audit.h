// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

class QWidget;

namespace flowscent::test {

/// What is wrong with the way a window looks, a sentence each; empty when nothing is. Words of labels, buttons, boxes
/// and tabs must fit into them, nothing that is shown may lie outside of its parent (but in a scroll area) or over a
/// sibling, panes must show something, and whatever takes the focus has a name for screen readers.
[[nodiscard]] QStringList layoutFaults(const QWidget& window);

/// Keeps pictures of a window as NAME-SIZE-THEME.png under build/screenshots: 1280 x 800 and 1920 x 1080, light and
/// dark, and returns the faults of each, a line each. The theme and size that it had before come back.
[[nodiscard]] QString keepPictures(QWidget& window, const QString& name);

} // namespace flowscent::test
