// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "engine/base/timestamp.h"
#include "engine/capture/packet_source.h"
#include "engine/packet/headers.h"

namespace flowscent::flow {

/// What is left of a packet once it is decoded: numbers; bytes only of the few that tell what a flow is.
struct PacketNote {
    packet::Headers headers;
    base::Nanoseconds time = 0;
    capture::PacketPlace place;
    std::uint64_t hash = 0;           ///< of the pair of endpoints, as PairHash says
    std::uint32_t originalLength = 0; ///< bytes on the wire
    std::uint32_t head = 0;           ///< 1 + index in PacketBatch::heads; 0 when no bytes are carried
    std::uint32_t quote = 0;          ///< of an ICMP error: 1 + index in PacketBatch::quotes; 0 for none
    packet::SkipReason skipped = packet::SkipReason::Count; ///< why it belongs to no flow; Count when it does
    bool fromLow = false;                                   ///< the sender is the smaller endpoint of the pair
    bool held = false; ///< a fragment that waited for its first piece: it is told late, its time is long over

    [[nodiscard]] const packet::Endpoint& low() const { return fromLow ? headers.source : headers.destination; }
    [[nodiscard]] const packet::Endpoint& high() const { return fromLow ? headers.destination : headers.source; }
};

/// The datagram of a packet in PacketBatch::bytes, from its IP header on.
struct PacketHead {
    std::uint32_t begin = 0;
    std::uint32_t length = 0;
    std::uint32_t payload = 0; ///< where the transport's payload begins, from `begin`
};

/// The number of the first packet that was skipped for each reason, counted from 1; 0 for none, and for LaterFragment.
using FirstSkipped = std::array<std::uint64_t, static_cast<std::size_t>(packet::SkipReason::Count)>;

/// Packets on their way from the reader to the flows, in the order in which they were read.
struct PacketBatch {
    std::vector<PacketNote> notes;
    std::vector<packet::Quoted> quotes;
    std::vector<PacketHead> heads;
    std::vector<std::uint8_t> bytes;
    FirstSkipped firstSkipped{}; ///< of those that came with this batch

    void clear()
    {
        notes.clear();
        quotes.clear();
        heads.clear();
        bytes.clear();
        firstSkipped = {};
    }
};

} // namespace flowscent::flow
