// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/error.h"

namespace flowscent::store {

/// Tells files apart by content, wherever they lie.
struct FilePrint {
    std::filesystem::path path; ///< absolute
    std::uint64_t size = 0;     ///< bytes
    std::string digest;         ///< SHA-256 (hex) of the size and of blocks spread over the file
};

/// What a capture was read from. The same files in the same order have the same digest, also when they were moved.
struct CapturePrint {
    std::vector<FilePrint> files;
    std::string digest; ///< SHA-256 (hex) of the files' digests
};

/// Looks at 16 blocks of 64 KiB of each file, the first and the last among them, so that a capture of many gigabytes
/// costs milliseconds; a smaller one is read whole. Two files that differ nowhere else than between those blocks pass
/// for one. Errors: Io for what cannot be read, Unavailable for what cannot be read twice (a pipe).
[[nodiscard]] base::Result<CapturePrint> capturePrint(const std::vector<std::filesystem::path>& files);

} // namespace flowscent::store
