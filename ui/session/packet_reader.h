// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "engine/capture/capture_file.h"
#include "engine/packet/headers.h"

namespace flowscent::ui {

/// One packet of a flow, read again from its file.
struct FetchedPacket {
    capture::StoredPacket stored;
    packet::Decoded decoded;
};

struct FetchedPackets {
    std::vector<FetchedPacket> packets;
    std::size_t total = 0;              ///< packets that the flow has
    std::optional<base::Error> trouble; ///< why reading ended early
};

/// Reads the first packets at these places, at most `most` of them.
[[nodiscard]] FetchedPackets readPackets(capture::PacketFetcher& fetcher,
                                         const std::vector<capture::PacketPlace>& places, std::size_t most,
                                         const std::stop_token& stop);

} // namespace flowscent::ui
