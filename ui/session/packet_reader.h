// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/capture/capture_file.h"
#include "engine/packet/headers.h"
#include "engine/packet/stream_assembly.h"

namespace flowscent::ui {

/// One packet of a flow, read again from its file.
struct FetchedPacket {
    capture::StoredPacket stored;
    packet::Decoded decoded;
};

/// Some of a flow's packets, one after the other.
struct FetchedPackets {
    std::vector<FetchedPacket> packets;
    std::size_t first = 0;              ///< place in the flow of the first of them
    std::size_t total = 0;              ///< packets that the flow has
    std::optional<base::Error> trouble; ///< why reading ended early
};

/// How much is read at once.
struct PageSize {
    std::size_t packets = 2000;
    std::size_t bytes = std::size_t{64} << 20; ///< of packets; the one that goes beyond is the last
};

/// Told how many of the packets asked for have been read.
using PacketProgress = std::function<void(std::size_t done, std::size_t total)>;

/// Reads the packets at these places from the `first` on, as many as a page holds.
[[nodiscard]] FetchedPackets readPackets(capture::PacketFetcher& fetcher, std::span<const capture::PacketPlace> places,
                                         std::size_t first, const PageSize& page, const PacketProgress& progress,
                                         const std::stop_token& stop);

/// What a flow's two sides said to each other.
struct FlowStream {
    packet::Stream stream;
    std::uint8_t protocol = 0;          ///< IP protocol number
    base::Nanoseconds begin = 0;        ///< of the flow's first packet
    std::size_t packets = 0;            ///< that were read
    std::size_t total = 0;              ///< packets that the flow has
    std::size_t unread = 0;             ///< packets without headers that could be read: later fragments, cut-off ones
    std::optional<base::Error> trouble; ///< why reading ended early
};

/// Reads the packets at these places one by one and puts their payloads in order; ends when the assembler is full.
/// Packets from `client` are direction 0.
[[nodiscard]] FlowStream readStream(capture::PacketFetcher& fetcher, std::span<const capture::PacketPlace> places,
                                    const packet::Endpoint& client, std::uint8_t protocol,
                                    const PacketProgress& progress, const std::stop_token& stop);

} // namespace flowscent::ui
