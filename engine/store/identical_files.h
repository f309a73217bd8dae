// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/progress.h"

namespace flowscent::store {

/// SHA-256 of a file's bytes in lower-case hex, read block by block. Io error with the system's reason; Cancelled.
[[nodiscard]] base::Result<std::string> fileHash(const std::filesystem::path& file, const std::stop_token& stop);

/// Groups of indices of files with the same bytes, each group and all of them ascending; files that are like no other
/// are in none. Only files of equal size are read. An empty path stands for a file that is left out, and so are files
/// that cannot be read. Cancelled when stopped.
[[nodiscard]] base::Result<std::vector<std::vector<std::size_t>>>
identicalFiles(std::span<const std::filesystem::path> files, const base::ProgressSink& progress,
               const std::stop_token& stop);

} // namespace flowscent::store
