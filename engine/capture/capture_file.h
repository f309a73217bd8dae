// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <vector>

#include "engine/capture/packet_source.h"

namespace flowscent::capture {

struct FileOptions {
    std::uint16_t index = 0;           ///< becomes PacketPlace::file
    std::size_t bufferSize = 1U << 20; ///< bytes; smaller when many files are open at once
    bool follow = false;               ///< the file is still being written: wait at its end for more
    std::stop_token stop;              ///< ends following, and unpacking what unpacks to very much
};

/// Reads a pcap or pcapng file, a pipe or standard input ("-") from front to back, with nanosecond times. Every packet
/// has the link type of its own interface. The file may be packed: gzip, xz, zstd, lz4, bzip2, or the first capture in
/// a zip (also with the password "infected") or tar; places then are offsets in the unpacked bytes.
/// Not thread-safe. Errors of `open`: Io (missing, directory, no permission), Format (empty file, not a capture, cannot
/// be unpacked), Truncated (cut off before the first packet).
/// `next` ends with Truncated when the file is cut off ("cut off after packet 812"), Format when a record is damaged,
/// Cancelled by the stop token while unpacking.
///
/// Following: `open` also takes a file that is empty yet; `next` returns nothing when nothing came within 100 ms, see
/// `finished`; a record that is half written is waited for; stop ends it without an error. An Io error says that the
/// file was shortened, replaced or removed. Packed files cannot be followed.
class CaptureFile final : public PacketSource {
public:
    [[nodiscard]] static base::Result<CaptureFile> open(const std::filesystem::path& file,
                                                        const FileOptions& options = {});
    ~CaptureFile() override;
    CaptureFile(CaptureFile&&) noexcept;
    CaptureFile& operator=(CaptureFile&&) noexcept;

    [[nodiscard]] base::Result<std::optional<PacketView>> next() override;
    /// The short way for most packets: true and what `next` would have given; or false, and `next` must be asked.
    [[nodiscard]] bool nextBuffered(PacketView& packet);
    [[nodiscard]] bool finished() const override;
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::uint64_t bytesDone() const override;
    [[nodiscard]] std::uint64_t bytesTotal() const override;
    [[nodiscard]] bool live() const override; ///< when it is followed
    [[nodiscard]] std::string remark() const override;
    /// Of the blocks read so far.
    [[nodiscard]] Descriptions descriptions() const;

private:
    struct State;
    explicit CaptureFile(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// A packet read again from where it lies; owns its bytes.
struct StoredPacket {
    std::vector<std::uint8_t> bytes;
    std::uint32_t originalLength = 0;
    base::Nanoseconds time = 0;
    int linkType = 1;
};

/// Reads single packets of one or more capture files by their place, in any order. Not thread-safe.
/// Of a packed file the first fetch makes an unpacked copy without a name, in memory when it is small, else in TMPDIR
/// or /var/tmp; it is gone with the fetcher.
/// Errors: Io when a file is gone or there is no room for a copy, Format when it is no longer what it was.
class PacketFetcher {
public:
    /// `files[i]` answers for PacketPlace::file == i. Files are opened when first needed. `descriptions[i]` is what
    /// reading files[i] to its end gave; without it the first fetch walks a pcapng file up to the packet.
    explicit PacketFetcher(std::vector<std::filesystem::path> files, std::vector<Descriptions> descriptions = {});
    ~PacketFetcher();
    PacketFetcher(PacketFetcher&&) noexcept;
    PacketFetcher& operator=(PacketFetcher&&) noexcept;

    [[nodiscard]] base::Result<StoredPacket> fetch(PacketPlace place);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace flowscent::capture
