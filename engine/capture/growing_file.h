// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>

#include "engine/base/error.h"
#include "engine/capture/descriptor.h"

namespace flowscent::capture {

/// A file that somebody still writes, or a pipe, read as it grows. For ByteStream only. Not thread-safe.
class GrowingFile {
public:
    static constexpr std::chrono::milliseconds patience{100}; ///< how long one `read` waits

    /// `file` is looked at from time to time, to notice when it becomes another.
    GrowingFile(Descriptor open, std::filesystem::path file, std::stop_token stop);

    /// Up to `room.size()` bytes; nothing when none came within the patience; 0 bytes when there will be no more (the
    /// writer closed the pipe, or stop was requested). Io error when the file was shortened, replaced or removed.
    [[nodiscard]] base::Result<std::optional<std::size_t>> read(std::span<std::uint8_t> room);

private:
    [[nodiscard]] bool wait() const;
    [[nodiscard]] const char* change() const;

    Descriptor m_open;
    std::filesystem::path m_file;
    std::stop_token m_stop;
    std::uint64_t m_taken = 0;
    bool m_regular = false;
};

} // namespace flowscent::capture
