// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/manifest.h"

#include "engine/base/csv.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

constexpr std::size_t mostRows = 1'000'000;

base::Result<void> checkHeader(const std::vector<std::string>& header, const std::string& file)
{
    std::set<std::string_view> seen;
    for (const std::string& column : header) {
        if (!seen.insert(column).second)
            return failure(Error::Code::Format, "the manifest has the column '" + column.substr(0, 40) + "' twice",
                           file);
    }
    for (const std::string_view column : manifestColumns) {
        if (!seen.contains(column))
            return failure(Error::Code::Format, "the manifest has no column '" + std::string(column) + "'", file);
    }
    return {};
}

/// What is wrong with a row; nothing for a good one.
std::optional<std::string> fault(const std::vector<std::string>& fields, std::size_t columns)
{
    if (fields.size() != columns)
        return "has another number of fields than the header";
    if (std::ranges::any_of(fields, [](const std::string& field) { return field.find('\0') != std::string::npos; }))
        return "holds a NUL byte";
    return std::nullopt;
}

void note(ManifestReading& reading, Error error)
{
    if (reading.badRowCount++ < mostNamedRows)
        reading.badRows.push_back(std::move(error));
}

base::Result<ManifestReading> readRows(base::CsvReader& reader, std::vector<std::string> header,
                                       const std::string& file)
{
    ManifestReading reading;
    reading.manifest.columns = std::move(header);
    for (;;) {
        auto record = reader.next();
        if (!record)
            note(reading, record.error());
        if (!record || !*record)
            return reading;
        if (const auto wrong = fault(**record, reading.manifest.columns.size())) {
            note(reading, {Error::Code::Format, "line " + std::to_string(reader.line()) + " " + *wrong, file});
            continue;
        }
        if (reading.manifest.rows.size() == mostRows)
            return failure(Error::Code::Format, "the manifest has more than a million rows", file);
        reading.manifest.rows.push_back(std::move(**record));
        reading.manifest.lines.push_back(reader.line());
    }
}

void appendRecord(std::string& text, const std::vector<std::string>& fields)
{
    for (std::size_t i = 0; i < fields.size(); ++i)
        text += (i == 0 ? "" : ",") + base::csvField(fields[i]);
    text += '\n';
}

bool leadsOut(const fs::path& folder, const fs::path& file)
{
    std::error_code trouble;
    const fs::path home = fs::canonical(folder, trouble);
    const fs::path target = trouble ? fs::path() : fs::canonical(file, trouble);
    return trouble || std::ranges::mismatch(home, target).in1 != home.end();
}

} // namespace

std::optional<std::size_t> Manifest::place(std::string_view column) const
{
    const auto found = std::ranges::find(columns, column);
    if (found == columns.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - columns.begin());
}

const std::string& Manifest::field(std::size_t row, std::string_view column) const
{
    static const std::string nothing;
    const auto found = place(column);
    return found ? rows[row][*found] : nothing;
}

base::Result<ManifestReading> parseManifest(std::istream& stream, const std::string& name)
{
    base::CsvReader reader(stream, name);
    auto header = reader.next();
    if (!header || !*header)
        return failure(Error::Code::Format, "the manifest is empty or cannot be read", name);
    if (std::string& first = (**header).front(); first.starts_with("\xEF\xBB\xBF"))
        first.erase(0, 3); // spreadsheets begin UTF-8 files with a byte order mark
    if (const auto good = checkHeader(**header, name); !good)
        return failure(good.error());
    return readRows(reader, std::move(**header), name);
}

base::Result<ManifestReading> surveyManifest(const fs::path& folder)
{
    const fs::path file = folder / manifestName;
    std::error_code unknown;
    if (fs::exists(file, unknown) && !fs::is_regular_file(file, unknown))
        return failure(Error::Code::Io, "is not a regular file", file.string());
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        return failure(Error::Code::Io, std::string("a corpus needs a manifest.csv: ") + std::strerror(errno),
                       file.string());
    return parseManifest(stream, file.string());
}

base::Result<Manifest> wholeManifest(const fs::path& folder)
{
    auto reading = surveyManifest(folder);
    if (!reading)
        return failure(reading.error());
    if (!reading->badRows.empty())
        return failure(reading->badRows.front());
    return std::move(reading->manifest);
}

std::string csvText(const Manifest& manifest)
{
    std::string text;
    appendRecord(text, manifest.columns);
    for (const auto& row : manifest.rows)
        appendRecord(text, row);
    return text;
}

base::Result<fs::path> corpusFile(const fs::path& folder, const std::string& name, Links links)
{
    const fs::path path(name);
    if (name.empty())
        return failure(Error::Code::Format, "the manifest names no capture", folder.string());
    if (path.is_absolute() || std::ranges::find(path, fs::path("..")) != path.end())
        return failure(Error::Code::Format, "lies outside the corpus and was not read", name);
    const fs::path file = folder / path;
    std::error_code trouble;
    const fs::file_status status = fs::status(file, trouble);
    if (!fs::exists(status))
        return failure(Error::Code::Io,
                       "cannot be read: " + (trouble ? trouble.message() : std::string(std::strerror(ENOENT))), name);
    if (links == Links::Inside && leadsOut(folder, file))
        return failure(Error::Code::Format, "is a link that leads out of the corpus and was not read", name);
    if (!fs::is_regular_file(status))
        return failure(Error::Code::Io, "is not a regular file", name);
    return file;
}

fs::path labelsBeside(fs::path capture)
{
    return capture.replace_extension(".labels.csv");
}

} // namespace flowscent::store
