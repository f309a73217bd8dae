// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace flowscent::logs {

enum class LogKind : std::uint8_t { ZeekTsv, ZeekJson, SuricataEve };

/// By content, whatever the name: a header of Zeek's, or a JSON object with the members that only such a log has.
/// Nothing for anything else. Pure.
[[nodiscard]] std::optional<LogKind> recogniseLog(std::string_view head);
/// Looks at the first bytes of a regular file; nothing for pipes and devices, whose bytes can be taken only once, and
/// for what cannot be read.
[[nodiscard]] std::optional<LogKind> recogniseLogFile(const std::filesystem::path& file);

} // namespace flowscent::logs
