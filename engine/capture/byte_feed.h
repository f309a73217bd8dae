// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/capture/descriptor.h"

/// How packed captures are unpacked while they are read. For the readers of this module only.
namespace flowscent::capture {

/// Bytes that come one after the other: those of a file, or those that another feed's bytes unpack to. Memory is
/// bounded whatever the bytes claim. Not thread-safe.
class ByteFeed {
public:
    virtual ~ByteFeed() = default;

    /// Writes up to `room.size()` (at least 1) bytes and says how many; 0 where they end. What was unpacked before an
    /// error has been given out by then. Errors, without a place: Truncated (ends too early), Format (damaged, or
    /// packed in a way that is not read), Io, Cancelled (by the stop token).
    [[nodiscard]] virtual base::Result<std::size_t> read(std::span<std::uint8_t> room) = 0;
    /// Bytes of the file itself that have been taken.
    [[nodiscard]] virtual std::uint64_t taken() const = 0;
    /// What people should know once the bytes have ended: which of several files was read. Empty for nothing.
    [[nodiscard]] virtual std::string remark() const { return {}; }
};
using Feed = std::unique_ptr<ByteFeed>;

enum class Packing { None, Gzip, Xz, Zstd, Lz4, Bzip2, Zip, Tar };

/// Bytes that must be seen (unless the file is shorter) to tell.
inline constexpr std::size_t packingHead = 4;
inline constexpr std::size_t tarHead = 262;
/// Tells by the first bytes, as each format's description has its magic number; Tar only with `tarHead` of them.
[[nodiscard]] Packing packingOf(std::span<const std::uint8_t> head);
/// Whether these first four bytes begin a pcap or pcapng file.
[[nodiscard]] bool beginsCapture(std::span<const std::uint8_t> head);

/// The bytes of an open file. `begun` has been read from it already and comes first.
[[nodiscard]] Feed fileFeed(Descriptor file, std::vector<std::uint8_t> begun, std::stop_token stop);
/// Unpacks what is packed, also twice (a .pcap.gz in a .zip), until something else comes out.
[[nodiscard]] base::Result<Feed> unpacked(Feed feed);

/// RFC 1952, any number of members; checksums are verified.
[[nodiscard]] Feed gzipFeed(Feed packed);
/// The .xz file format 1.2; at most 256 MiB of memory.
[[nodiscard]] Feed xzFeed(Feed packed);
/// A zstd (RFC 8878), lz4 or bzip2 stream.
[[nodiscard]] base::Result<Feed> filterFeed(Feed packed, Packing packing);
/// The first capture in a zip (also encrypted with the password "infected", as malware samples are) or tar.
[[nodiscard]] base::Result<Feed> archiveFeed(Feed packed, Packing packing);

} // namespace flowscent::capture
