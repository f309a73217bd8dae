// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/hex_text.h"

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr std::size_t bytesPerRowInC = 12;

void putHex(QString& line, std::uint8_t byte)
{
    static constexpr char sign[] = "0123456789abcdef";
    line += QLatin1Char(sign[byte >> 4]);
    line += QLatin1Char(sign[byte & 0xF]);
}

} // namespace

QChar letterOf(std::uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7F ? QLatin1Char(static_cast<char>(byte)) : QLatin1Char('.');
}

QString hexLine(std::span<const std::uint8_t> bytes)
{
    QString line;
    line.reserve(hexLineWidth);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        line.resize(hexColumn(static_cast<int>(i)), QLatin1Char(' '));
        putHex(line, bytes[i]);
    }
    line.resize(letterColumn(0), QLatin1Char(' '));
    for (const std::uint8_t byte : bytes)
        line += letterOf(byte);
    return line;
}

std::optional<int> hexByteAt(int column)
{
    if (column < 0 || column >= hexLineWidth)
        return std::nullopt;
    if (column >= letterColumn(0))
        return column - letterColumn(0);
    const int half = hexBytesPerLine / 2;
    if (column == hexColumn(half) - 1)
        return std::nullopt; // the gap in the middle
    const int index = (column >= hexColumn(half) ? column - 1 : column) / 3;
    return index < hexBytesPerLine ? std::optional(index) : std::nullopt;
}

QString offsetText(std::uint64_t offset, int digits)
{
    return QString::number(static_cast<qulonglong>(offset), 16).rightJustified(digits, QLatin1Char('0'));
}

QString bytesText(std::span<const std::uint8_t> bytes, BytesAs as)
{
    QString text;
    if (as == BytesAs::Text) {
        for (const std::uint8_t byte : bytes)
            text += byte == '\n' || byte == '\t' ? QChar(QLatin1Char(static_cast<char>(byte))) : letterOf(byte);
        return text;
    }
    const bool array = as == BytesAs::C;
    if (array)
        text = QStringLiteral("static const unsigned char bytes[%1] = {").arg(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (array)
            text += i % bytesPerRowInC == 0 ? QStringLiteral("\n    0x") : QStringLiteral(" 0x");
        else if (i > 0)
            text += QLatin1Char(' ');
        putHex(text, bytes[i]);
        if (array)
            text += QLatin1Char(',');
    }
    if (array)
        text += QStringLiteral("\n};\n");
    return text;
}

} // namespace flowscent::ui
