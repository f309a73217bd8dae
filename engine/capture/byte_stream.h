// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "engine/base/error.h"

/// For the readers of this module only.
namespace flowscent::capture {

/// A file, a pipe, standard input ("-") or bytes in memory, read from front to back through one buffer. Memory does not
/// grow with the file, only with the longest piece that was asked for at once. Not thread-safe.
class ByteStream {
public:
    /// Io error (missing, directory, no permission), or Format error for an empty file, in a sentence for people.
    [[nodiscard]] static base::Result<ByteStream> open(const std::filesystem::path& file,
                                                       std::size_t bufferSize = 1U << 20);
    /// The bytes must outlive the stream.
    [[nodiscard]] static ByteStream over(std::span<const std::uint8_t> bytes);
    ~ByteStream();
    ByteStream(ByteStream&& other) noexcept;
    ByteStream& operator=(ByteStream&& other) noexcept;

    /// The next `length` bytes without taking them; fewer only where the stream ends. Valid until the next call.
    [[nodiscard]] std::span<const std::uint8_t> peek(std::size_t length)
    {
        if (m_end - m_begin < length)
            fill(length);
        return {m_bytes + m_begin, std::min(length, m_end - m_begin)};
    }
    /// Takes bytes; false when the stream ended before.
    bool skip(std::uint64_t length);

    /// Of the next byte, from the start of the file.
    [[nodiscard]] std::uint64_t offset() const { return m_offset + m_begin; }
    /// Continues at an offset; false for what cannot seek.
    bool seek(std::uint64_t offset);
    [[nodiscard]] std::uint64_t size() const { return m_size; } ///< 0 when unknown
    [[nodiscard]] bool seekable() const { return m_seekable; }
    /// errno of the read that failed; 0 when the stream simply ended.
    [[nodiscard]] int trouble() const { return m_trouble; }

private:
    ByteStream() = default;
    void fill(std::size_t length);

    int m_file = -1;                       ///< -1 for bytes in memory
    std::vector<std::uint8_t> m_buffer;    ///< empty for bytes in memory
    const std::uint8_t* m_bytes = nullptr; ///< the buffer's, or those in memory
    std::size_t m_begin = 0;               ///< of what was not yet taken
    std::size_t m_end = 0;
    std::uint64_t m_offset = 0; ///< of m_bytes[0]
    std::uint64_t m_size = 0;
    bool m_seekable = false;
    int m_trouble = 0;
};

} // namespace flowscent::capture
