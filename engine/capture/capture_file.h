// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "engine/capture/packet_source.h"

namespace flowscent::capture {

/// Reads a pcap or pcapng file, a pipe or standard input ("-") from front to back, with nanosecond times. Every packet
/// has the link type of its own interface.
/// Not thread-safe. Errors of `open`: Io (missing, directory, no permission), Format (empty file, not a capture).
/// `next` ends with Truncated when the file is cut off ("cut off after packet 812"), Format when a record is damaged.
class CaptureFile final : public PacketSource {
public:
    /// `index` becomes PacketPlace::file.
    [[nodiscard]] static base::Result<CaptureFile> open(const std::filesystem::path& file, std::uint16_t index = 0);
    ~CaptureFile() override;
    CaptureFile(CaptureFile&&) noexcept;
    CaptureFile& operator=(CaptureFile&&) noexcept;

    [[nodiscard]] base::Result<std::optional<PacketView>> next() override;
    [[nodiscard]] bool finished() const override;
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] std::uint64_t bytesDone() const override;
    [[nodiscard]] std::uint64_t bytesTotal() const override;

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
/// Errors: Io when a file is gone, Format when it is no longer what it was.
class PacketFetcher {
public:
    /// `files[i]` answers for PacketPlace::file == i. Files are opened when first needed.
    explicit PacketFetcher(std::vector<std::filesystem::path> files);
    ~PacketFetcher();
    PacketFetcher(PacketFetcher&&) noexcept;
    PacketFetcher& operator=(PacketFetcher&&) noexcept;

    [[nodiscard]] base::Result<StoredPacket> fetch(PacketPlace place);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace flowscent::capture
