// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/capture/packet_source.h"

namespace flowscent::bench {

inline constexpr std::size_t noIp = 0xffff;

/// A packet of a Recording.
struct Packet {
    std::size_t begin = 0; ///< in Recording::bytes
    std::uint32_t captured = 0;
    std::uint32_t original = 0;
    std::int64_t time = 0; ///< microseconds since the recording's first packet
    std::size_t ip = noIp; ///< where the IP header begins
};

/// A capture in memory, as Ethernet whatever it was.
struct Recording {
    std::vector<std::uint8_t> bytes;
    std::vector<Packet> packets;

    /// Frames without IP that are not Ethernet are left out.
    void add(const capture::PacketView& view, std::int64_t time);
};

/// Those that have packets. Folders stand for all files below them, in order of their names; pauses longer than 5 s are
/// shortened. What cannot be read is told on standard error.
[[nodiscard]] std::vector<Recording> readRecordings(const std::vector<std::string>& captures);

} // namespace flowscent::bench
