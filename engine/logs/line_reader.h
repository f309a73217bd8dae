// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string_view>

#include "engine/base/error.h"

namespace flowscent::logs {

/// Longest line that is held. Zeek and Suricata write some kilobytes; an EVE event with a whole payload some hundred.
inline constexpr std::size_t longestLine = 1U << 20;
/// Bytes that may be read (not used) behind every line, as simdjson wants them.
inline constexpr std::size_t linePadding = 64;

struct Line {
    std::string_view text; ///< without its end (LF or CR LF) and without a byte order mark; lives until the next call
    std::uint64_t number = 0; ///< 1-based
    bool tooLong = false;     ///< longer than longestLine: passed over, the text is empty
    bool ended = true;        ///< false for a last line that no line break ends
};

/// A text file line by line. Memory does not grow with the file or with its lines. Not thread-safe.
class LineReader {
public:
    /// Io error, in a sentence for people. The file ends where `stop` is requested (a line may be gigabytes long).
    [[nodiscard]] static base::Result<LineReader> open(const std::filesystem::path& file, std::stop_token stop);
    ~LineReader();
    LineReader(LineReader&& other) noexcept;
    LineReader& operator=(LineReader&& other) noexcept;

    [[nodiscard]] std::optional<Line> next();
    [[nodiscard]] std::uint64_t bytesDone() const { return m_done; }
    [[nodiscard]] std::uint64_t bytesTotal() const { return m_size; }
    /// errno of the read that failed; 0 when the file simply ended.
    [[nodiscard]] int trouble() const { return m_trouble; }

private:
    LineReader();
    bool fill();
    [[nodiscard]] std::size_t findEnd();
    void take(std::size_t length);

    int m_file = -1;
    std::unique_ptr<char[]> m_buffer; ///< not filled before it is read into: a small log touches little of it
    std::size_t m_begin = 0;          ///< of what was not yet taken
    std::size_t m_end = 0;
    std::uint64_t m_number = 0;
    std::uint64_t m_done = 0;
    std::uint64_t m_size = 0;
    int m_trouble = 0;
    std::stop_token m_stop;
};

} // namespace flowscent::logs
