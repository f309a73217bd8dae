// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"

namespace flowscent::base {

/// Reads RFC 4180 CSV: quoted fields, doubled quotes, CR LF or LF. Not thread-safe.
/// A line longer than 1 MiB or a quote that never ends is a Format error that names the line.
class CsvReader {
public:
    /// `name` is what errors call the stream. The stream must outlive the reader.
    CsvReader(std::istream& stream, std::string name);

    /// The next record; nothing at the end. Empty lines are skipped.
    [[nodiscard]] Result<std::optional<std::vector<std::string>>> next();
    /// 1-based line on which the last record began.
    [[nodiscard]] std::size_t line() const { return m_recordLine; }

private:
    std::istream& m_stream;
    std::string m_name;
    std::size_t m_line = 0;
    std::size_t m_recordLine = 0;
};

/// The field as it must be written: quoted when it holds a comma, quote or line break.
[[nodiscard]] std::string csvField(std::string_view text);

} // namespace flowscent::base
