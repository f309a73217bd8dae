// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/base/error.h"
#include "engine/capture/byte_feed.h"
#include "engine/capture/growing_file.h"

/// For the readers of this module only.
namespace flowscent::capture {

struct StreamOptions {
    std::size_t bufferSize = 1U << 20; ///< bytes
    bool follow = false;               ///< wait at the end for more; nothing is unpacked then
    std::stop_token stop;              ///< ends waiting and unpacking
};

/// A file, a pipe, standard input ("-") or bytes in memory, read from front to back through one buffer. What is packed
/// (see Packing) is unpacked on the way: offsets are those of the unpacked bytes. Memory does not grow with the file,
/// only with the longest piece that was asked for at once. Not thread-safe.
class ByteStream {
public:
    /// Io error (missing, directory, no permission), Format error for an empty file or what cannot be unpacked,
    /// Truncated where nothing whole is left of what is packed, Cancelled; in a sentence for people. A file that is
    /// followed may be empty.
    [[nodiscard]] static base::Result<ByteStream> open(const std::filesystem::path& file,
                                                       const StreamOptions& options = {});
    /// The bytes must outlive the stream.
    [[nodiscard]] static ByteStream over(std::span<const std::uint8_t> bytes);

    /// The next `length` bytes without taking them; fewer only where the stream ends. Valid until the next call.
    [[nodiscard]] std::span<const std::uint8_t> peek(std::size_t length)
    {
        if (m_end - m_begin < length)
            fill(length);
        return {m_bytes + m_begin, std::min(length, m_end - m_begin)};
    }
    /// What can be had without reading, and the taking of some of it.
    [[nodiscard]] std::span<const std::uint8_t> buffered() const { return {m_bytes + m_begin, m_end - m_begin}; }
    void takeBuffered(std::size_t length) { m_begin += length; }
    /// Takes bytes; false when the stream ended before.
    bool skip(std::uint64_t length);

    /// Of the next byte, from the start of the unpacked bytes.
    [[nodiscard]] std::uint64_t offset() const { return m_offset + m_begin; }
    /// Continues at an offset; false for what cannot seek.
    bool seek(std::uint64_t offset);
    [[nodiscard]] std::uint64_t size() const { return m_size; } ///< bytes of the file itself; 0 when unknown
    /// Bytes of the file itself that were taken, to compare with size().
    [[nodiscard]] std::uint64_t taken() const { return m_feed ? m_feed->taken() : offset(); }
    [[nodiscard]] bool seekable() const { return m_regular && !m_feed; }
    [[nodiscard]] bool packed() const { return m_feed != nullptr; }
    /// Whether the same bytes can be had again from the same file.
    [[nodiscard]] bool repeatable() const { return m_regular; }
    /// Why the stream ended, when it did not simply end.
    [[nodiscard]] const std::optional<base::Error>& damage() const { return m_damage; }
    /// Whether the last call got less than it asked for because a followed file has no more yet.
    [[nodiscard]] bool starved() const { return m_starved; }
    /// See ByteFeed::remark.
    [[nodiscard]] std::string remark() const { return m_feed ? m_feed->remark() : std::string(); }

private:
    ByteStream() = default;
    base::Result<void> begin(const StreamOptions& options);
    base::Result<void> unpack(const StreamOptions& options);
    void fill(std::size_t length);
    std::size_t read(std::span<std::uint8_t> room);

    Descriptor m_file;                      ///< none for bytes in memory, and when one of the next two has it
    Feed m_feed;                            ///< of what is packed
    std::unique_ptr<GrowingFile> m_growing; ///< of what is followed
    std::vector<std::uint8_t> m_buffer;     ///< empty for bytes in memory
    const std::uint8_t* m_bytes = nullptr;  ///< the buffer's, or those in memory
    std::size_t m_begin = 0;                ///< of what was not yet taken
    std::size_t m_end = 0;
    std::uint64_t m_offset = 0; ///< of m_bytes[0]
    std::uint64_t m_size = 0;
    bool m_regular = false;
    bool m_starved = false;
    std::optional<base::Error> m_damage;
};

} // namespace flowscent::capture
