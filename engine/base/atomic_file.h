// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"

namespace flowscent::base {

/// Writes through a temporary file in the same folder and renames it, so that the old file stays whole until
/// the new one is: nothing is overwritten by a half-written result, and a failed write leaves nothing behind.
/// Errors: Io with the system's reason.
[[nodiscard]] Result<void> writeAtomically(const std::filesystem::path& file,
                                           const std::function<Result<void>(std::ostream&)>& write);
[[nodiscard]] Result<void> writeAtomically(const std::filesystem::path& file, std::string_view bytes);

/// Appends with one write, making the file where it is missing: of a killed process all bytes are there, or, in the
/// worst moment, some of them. Errors: Io with the system's reason.
[[nodiscard]] Result<void> appendTo(const std::filesystem::path& file, std::string_view bytes);

/// The whole file, refused when larger than `limit` bytes, when it is a directory or when it cannot be read.
[[nodiscard]] Result<std::vector<std::uint8_t>> readWhole(const std::filesystem::path& file, std::uint64_t limit);

} // namespace flowscent::base
