// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/library/plain_text.h"

#include <array>
#include <cstdint>

namespace flowscent::store {

using base::Error;
using base::failure;

namespace {

/// Takes the next character off the text; nothing when it does not begin with one (RFC 3629, table 3-7 of Unicode).
std::optional<char32_t> nextCharacter(std::string_view& text)
{
    const auto lead = static_cast<std::uint8_t>(text.front());
    const std::size_t length = lead < 0x80                    ? 1
                               : lead >= 0xC2 && lead <= 0xDF ? 2
                               : lead >= 0xE0 && lead <= 0xEF ? 3
                               : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                              : 0;
    if (length == 0 || text.size() < length)
        return std::nullopt;
    char32_t character = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<std::uint8_t>(text[i]);
        if ((byte & 0xC0) != 0x80)
            return std::nullopt;
        character = character << 6 | (byte & 0x3FU);
    }
    constexpr std::array<char32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = character >= 0xD800 && character <= 0xDFFF;
    if (character < least[length] || surrogate || character > 0x10FFFF)
        return std::nullopt;
    text.remove_prefix(length);
    return character;
}

bool isShown(char32_t character)
{
    const auto within = [character](char32_t first, char32_t last) { return character >= first && character <= last; };
    const bool control = character < 0x20 || within(0x7F, 0x9F);
    const bool turnsDirection = within(0x200E, 0x200F) || within(0x202A, 0x202E) || within(0x2066, 0x2069);
    const bool separates = within(0x2028, 0x2029) || character == 0xFEFF;
    return !control && !turnsDirection && !separates;
}

bool staysItself(std::uint8_t byte, bool first)
{
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
    return letter || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_' || byte >= 0x80 ||
           (byte == '.' && !first);
}

std::optional<unsigned> hexDigit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return static_cast<unsigned>(digit - '0');
    if (digit >= 'A' && digit <= 'F')
        return static_cast<unsigned>(digit - 'A') + 10;
    return std::nullopt;
}

} // namespace

bool isPlainText(std::string_view text, std::size_t most, Lines lines)
{
    if (text.size() > most)
        return false;
    while (!text.empty()) {
        const auto character = nextCharacter(text);
        if (!character)
            return false;
        const bool breaks = *character == '\n' || *character == '\t';
        if (!isShown(*character) && !(breaks && lines == Lines::Many))
            return false;
    }
    return true;
}

base::Result<void> checkName(std::string_view name)
{
    const auto refused = [](const std::string& why) { return failure(Error::Code::Argument, why); };
    if (name.empty())
        return refused("a detector's name cannot be empty");
    if (name.size() > longestName)
        return refused("a detector's name has " + std::to_string(longestName) + " bytes at most");
    if (!isPlainText(name, longestName, Lines::One))
        return refused("a detector's name is text in UTF-8 without control characters");
    if (name.find_first_of("/\\") != std::string_view::npos || name == "." || name == "..")
        return refused("a detector's name has no slashes and is not '.' or '..'");
    if (name.front() == ' ' || name.back() == ' ')
        return refused("a detector's name neither begins nor ends with a blank");
    return {};
}

std::string folderName(std::string_view name)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string folder;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto byte = static_cast<std::uint8_t>(name[i]);
        if (staysItself(byte, i == 0))
            folder += name[i];
        else
            folder.append({'%', digits[byte >> 4U], digits[byte & 0xFU]});
    }
    return folder;
}

std::optional<std::string> nameOfFolder(std::string_view folder)
{
    std::string name;
    for (std::size_t i = 0; i < folder.size(); ++i) {
        if (folder[i] != '%') {
            name += folder[i];
            continue;
        }
        if (i + 2 >= folder.size())
            return std::nullopt;
        const auto first = hexDigit(folder[i + 1]);
        const auto second = hexDigit(folder[i + 2]);
        if (!first || !second)
            return std::nullopt;
        name += static_cast<char>(*first << 4 | *second);
        i += 2;
    }
    if (!checkName(name) || folderName(name) != folder)
        return std::nullopt;
    return name;
}

} // namespace flowscent::store
