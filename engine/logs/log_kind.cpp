// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/logs/log_kind.h"

#include <fstream>
#include <string>

namespace flowscent::logs {

namespace {

constexpr std::size_t lookedAt = 65536; ///< bytes; the first events of an EVE log fit in

std::string_view withoutBlanks(std::string_view text)
{
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

} // namespace

std::optional<LogKind> recogniseLog(std::string_view head)
{
    head = withoutBlanks(head);
    for (const std::string_view first : {"#separator", "#fields", "#set_separator", "#path"}) {
        if (head.starts_with(first))
            return LogKind::ZeekTsv;
    }
    if (!head.starts_with('{'))
        return std::nullopt;
    if (head.find("\"event_type\"") != std::string_view::npos)
        return LogKind::SuricataEve;
    if (head.find("\"id.orig_h\"") != std::string_view::npos)
        return LogKind::ZeekJson;
    return std::nullopt;
}

std::optional<LogKind> recogniseLogFile(const std::filesystem::path& file)
{
    std::error_code unknown;
    if (!std::filesystem::is_regular_file(file, unknown))
        return std::nullopt;
    std::ifstream stream(file, std::ios::binary);
    std::string head(lookedAt, '\0');
    stream.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(stream.gcount()));
    return recogniseLog(head);
}

} // namespace flowscent::logs
