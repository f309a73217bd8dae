// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace flowscent::ui {

inline constexpr int smallestZoom = 70; ///< percent
inline constexpr int largestZoom = 200;

/// Size of all text in percent of the system's, as the user left it.
[[nodiscard]] int chosenZoom();
/// Applies and remembers it; beyond the limits it is the limit.
void applyZoom(int percent);

} // namespace flowscent::ui
