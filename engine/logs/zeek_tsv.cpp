// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/logs/zeek_tsv.h"

#include <algorithm>
#include <charconv>

namespace flowscent::logs {

using flow::LineFault;

namespace {

/// Takes what stands before the next separator.
std::string_view takeField(std::string_view& rest, char separator)
{
    const std::size_t end = std::min(rest.find(separator), rest.size());
    const std::string_view field = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return field;
}

/// "\x09" as Zeek writes it, or the character itself.
std::optional<char> separatorOf(std::string_view text)
{
    unsigned code = 0;
    if (text.starts_with("\\x") && text.size() == 4 &&
        std::from_chars(text.data() + 2, text.data() + 4, code, 16).ptr == text.data() + 4)
        return static_cast<char>(code);
    return text.size() == 1 ? std::optional(text[0]) : std::nullopt;
}

/// What tells connections from the other logs that have the same ends.
bool isAboutConnections(const std::vector<std::optional<ConnField>>& columns)
{
    const auto has = [&](ConnField field) { return std::ranges::find(columns, field) != columns.end(); };
    const bool ends = has(ConnField::OriginatorAddress) && has(ConnField::ResponderAddress) &&
                      has(ConnField::OriginatorPort) && has(ConnField::ResponderPort);
    return ends && has(ConnField::Time) && has(ConnField::Protocol) &&
           (has(ConnField::State) || has(ConnField::OriginatorPackets));
}

} // namespace

ParsedLine ZeekTsv::parse(const Line& line)
{
    if (line.text.empty())
        return NoEvent{};
    return line.text.starts_with('#') ? header(line.text) : row(line);
}

ParsedLine ZeekTsv::header(std::string_view text)
{
    if (text.starts_with("#separator ")) { // the only line that a blank divides
        const auto separator = separatorOf(text.substr(11));
        if (!separator)
            return LineFault::Malformed;
        m_separator = *separator;
        return NoEvent{};
    }
    const std::string_view name = takeField(text, m_separator);
    if (name == "#fields")
        return columns(text);
    if (name == "#path")
        m_path = "'" + std::string(text.substr(0, 64)) + "'";
    else if (name == "#unset_field")
        m_unset = text.substr(0, 64);
    else if (name == "#empty_field")
        m_empty = text.substr(0, 64);
    return NoEvent{};
}

ParsedLine ZeekTsv::columns(std::string_view names)
{
    m_columns.clear();
    while (!names.empty())
        m_columns.push_back(connField(takeField(names, m_separator)));
    if (isAboutConnections(m_columns))
        return NoEvent{};
    return WrongLog{"is Zeek's log of " + m_path + ", not of connections: open conn.log"};
}

ParsedLine ZeekTsv::row(const Line& line)
{
    ConnRow values;
    std::string_view rest = line.text;
    const auto given = static_cast<std::size_t>(std::ranges::count(rest, m_separator)) + 1;
    // A field that ends with the file may have been longer: it counts only where nobody reads it.
    if (!line.ended && (given < m_columns.size() || (given == m_columns.size() && m_columns.back())))
        return LineFault::CutOff;
    if (given != m_columns.size())
        return LineFault::Malformed;
    for (const auto& column : m_columns) {
        const std::string_view field = takeField(rest, m_separator);
        if (column && field != m_unset && field != m_empty)
            values.set(*column, field);
    }
    return flowOf(values);
}

} // namespace flowscent::logs
