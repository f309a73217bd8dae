// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/csv.h"

namespace flowscent::base {

namespace {

constexpr std::size_t longestRecord = 1 << 20;

/// Splits one record; false when it ends inside quotes and needs the next line.
bool split(std::string_view record, std::vector<std::string>& fields)
{
    fields.assign(1, {});
    bool quoted = false;
    for (std::size_t i = 0; i < record.size(); ++i) {
        const char c = record[i];
        if (quoted && c == '"' && i + 1 < record.size() && record[i + 1] == '"')
            fields.back() += record[++i];
        else if (c == '"')
            quoted = !quoted;
        else if (c == ',' && !quoted)
            fields.emplace_back();
        else
            fields.back() += c;
    }
    return !quoted;
}

} // namespace

CsvReader::CsvReader(std::istream& stream, std::string name)
    : m_stream(stream)
    , m_name(std::move(name))
{
}

Result<std::optional<std::vector<std::string>>> CsvReader::next()
{
    std::string record;
    std::string line;
    std::vector<std::string> fields;
    while (std::getline(m_stream, line)) {
        ++m_line;
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        if (record.empty()) {
            if (line.empty())
                continue;
            m_recordLine = m_line;
        } else {
            record += '\n';
        }
        record += line;
        if (record.size() > longestRecord)
            return failure(Error::Code::Format,
                           "line " + std::to_string(m_recordLine) + " is longer than any row may be", m_name);
        if (split(record, fields))
            return std::optional(std::move(fields));
    }
    if (!record.empty())
        return failure(Error::Code::Format,
                       "a quote opened in line " + std::to_string(m_recordLine) + " is never closed", m_name);
    return std::optional<std::vector<std::string>>{};
}

std::string csvField(std::string_view text)
{
    if (text.find_first_of(",\"\r\n") == std::string_view::npos)
        return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

} // namespace flowscent::base
