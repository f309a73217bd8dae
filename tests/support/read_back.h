// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "engine/capture/capture_file.h"
#include "tests/support/packet_builder.h"

/// What a reader makes of a file, kept whole for comparing.
namespace flowscent::test {

struct ReadPacket {
    Bytes bytes;
    base::Nanoseconds time = 0;
    std::uint32_t originalLength = 0;
    int linkType = 0;
    capture::PacketPlace place;
    friend bool operator==(const ReadPacket&, const ReadPacket&) = default;
};

struct ReadBack {
    std::vector<ReadPacket> packets;
    std::optional<base::Error> error;
    capture::Descriptions descriptions;

    /// The error's sentence; empty for none.
    [[nodiscard]] std::string what() const { return error ? error->what : std::string(); }
};

/// Everything that a source still has.
[[nodiscard]] ReadBack readBack(capture::PacketSource& source);
/// Everything in a file. A small buffer makes even small files come in several pieces.
[[nodiscard]] ReadBack readBack(const std::filesystem::path& file, std::size_t bufferSize = 4096);

} // namespace flowscent::test
