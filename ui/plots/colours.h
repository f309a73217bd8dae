// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>

#include "engine/hunt/support_set.h"

namespace flowscent::ui {

/// The house's colours beside those of the palette: 4.5:1 against the background as text, and told apart by the three
/// common kinds of colour blindness (vermilion, teal, amber, indigo). No meaning rests on them alone.
struct Colours {
    QColor text;
    QColor muted;  ///< secondary text
    QColor border; ///< hairlines
    QColor accent;
    QColor threat;
    QColor notThreat;
    QColor unsure;
    QColor quiet; ///< marks of what is normal
    bool dark = false;

    [[nodiscard]] static Colours of(const QPalette& palette);
    [[nodiscard]] QColor of(hunt::Label label) const;
};

[[nodiscard]] QPalette lightPalette();
[[nodiscard]] QPalette darkPalette();

} // namespace flowscent::ui
