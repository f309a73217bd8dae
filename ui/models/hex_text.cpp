// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/hex_text.h"

namespace flowscent::ui {

namespace {

constexpr int offsetWidth = 6; ///< four or more digits and two spaces
constexpr int lineWidth = offsetWidth + hexBytesPerLine * 3 + 2 + hexBytesPerLine + 1; ///< with the line feed

char printable(std::uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7F ? static_cast<char>(byte) : '.';
}

void putHex(QString& line, std::size_t value, int digits)
{
    static constexpr char sign[] = "0123456789abcdef";
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
        line += QLatin1Char(sign[value >> shift & 0xF]);
}

} // namespace

QString hexText(std::span<const std::uint8_t> bytes)
{
    QString all;
    all.reserve(static_cast<qsizetype>(bytes.size() / hexBytesPerLine + 1) * lineWidth);
    for (std::size_t begin = 0; begin < bytes.size(); begin += hexBytesPerLine) {
        const auto line = bytes.subspan(begin, std::min<std::size_t>(hexBytesPerLine, bytes.size() - begin));
        putHex(all, begin & 0xFFFF, 4);
        all += QStringLiteral("  ");
        for (std::size_t i = 0; i < hexBytesPerLine; ++i) {
            if (i < line.size()) {
                putHex(all, line[i], 2);
                all += QLatin1Char(' ');
            } else {
                all += QStringLiteral("   ");
            }
            if (i == hexBytesPerLine / 2 - 1)
                all += QLatin1Char(' ');
        }
        all += QLatin1Char(' ');
        for (const std::uint8_t byte : line)
            all += QLatin1Char(printable(byte));
        all += QString(static_cast<qsizetype>(hexBytesPerLine - line.size()), QLatin1Char(' '));
        all += QLatin1Char('\n');
    }
    return all;
}

int hexPosition(std::size_t index)
{
    const auto line = static_cast<int>(index / hexBytesPerLine);
    const auto column = static_cast<int>(index % hexBytesPerLine);
    return line * lineWidth + offsetWidth + column * 3 + (column >= hexBytesPerLine / 2 ? 1 : 0);
}

} // namespace flowscent::ui
