// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <cstdint>
#include <optional>
#include <span>

namespace flowscent::ui {

inline constexpr int hexBytesPerLine = 16;

/// Sixteen bytes or fewer, without their offset: "45 00 00 3c 1c 46 40 00  40 06 b1 e6 ac 10 0a 63  E..<.F@.@......c".
[[nodiscard]] QString hexLine(std::span<const std::uint8_t> bytes);
/// Columns of a line where byte `index` stands, as digits and as a letter.
[[nodiscard]] constexpr int hexColumn(int index)
{
    return index * 3 + (index >= hexBytesPerLine / 2 ? 1 : 0);
}
[[nodiscard]] constexpr int letterColumn(int index)
{
    return hexBytesPerLine * 3 + 2 + index;
}
inline constexpr int hexLineWidth = letterColumn(hexBytesPerLine);
/// The byte that stands at a column; nothing between them.
[[nodiscard]] std::optional<int> hexByteAt(int column);

/// "0010" and so on: as many digits as asked for, more when the offset needs them.
[[nodiscard]] QString offsetText(std::uint64_t offset, int digits = 4);

/// Printable ASCII as it is, everything else as a dot.
[[nodiscard]] QChar letterOf(std::uint8_t byte);

/// How bytes are copied.
enum class BytesAs : std::uint8_t {
    Hex,  ///< "45 00 00 3c"
    Text, ///< letters and dots, line feeds and tabs as they are
    C,    ///< a C array
};
[[nodiscard]] QString bytesText(std::span<const std::uint8_t> bytes, BytesAs as);

} // namespace flowscent::ui
