// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/identify/cursor.h"

namespace flowscent::identify {

/// A packet with payload, as identifying wants it. The bytes are borrowed for the call.
struct FlowPacket {
    Bytes ip;                   ///< the datagram from its IP header on, as far as it was captured
    Bytes payload;              ///< of the transport, within `ip`
    std::int64_t time = 0;      ///< ns since 1970
    std::uint32_t sequence = 0; ///< TCP: of the first payload byte
    std::uint16_t sourcePort = 0;
    std::uint16_t destinationPort = 0;
    std::uint8_t protocol = 0; ///< IP protocol number
    std::uint8_t side = 0;     ///< 0 or 1: which of the flow's two ends has sent it
};

} // namespace flowscent::identify
