// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/logs/line_reader.h"
#include "engine/logs/zeek_conn.h"

namespace flowscent::logs {

/// Zeek's own text format (https://docs.zeek.org, "Zeek Log Formats"): a header of #-lines says the separator, the
/// columns and how an unset or empty field is written. Headers may come again where logs were joined. Not thread-safe.
class ZeekTsv {
public:
    /// Takes the next line.
    [[nodiscard]] ParsedLine parse(const Line& line);

private:
    [[nodiscard]] ParsedLine header(std::string_view text);
    [[nodiscard]] ParsedLine columns(std::string_view names);
    [[nodiscard]] ParsedLine row(const Line& line);

    char m_separator = '\t';
    std::string m_unset = "-";
    std::string m_empty = "(empty)";
    std::string m_path = "another kind";
    std::vector<std::optional<ConnField>> m_columns; ///< what each column holds; empty before a header
};

} // namespace flowscent::logs
