// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace flowscent::ui {

enum class Theme { System, Light, Dark };

/// What the user chose last, from the settings.
[[nodiscard]] Theme chosenTheme();
/// Dresses the whole application and remembers the choice. Qt 6.4 cannot ask the system for its colour scheme: System
/// is dark when the palette that the program started with is.
void applyTheme(Theme theme);

} // namespace flowscent::ui
