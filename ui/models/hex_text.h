// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <span>

namespace flowscent::ui {

inline constexpr int hexBytesPerLine = 16;

/// Offsets, hex and text, sixteen bytes a line:
/// "0010  45 00 00 3c 1c 46 40 00  40 06 b1 e6 ac 10 0a 63  E..<.F@.@......c"
[[nodiscard]] QString hexText(std::span<const std::uint8_t> bytes);
/// Where the hex digits of byte `index` begin in the whole of hexText.
[[nodiscard]] int hexPosition(std::size_t index);

} // namespace flowscent::ui
