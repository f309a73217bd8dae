// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/packet/byte_reader.h"
#include "engine/packet/headers.h"

namespace flowscent::packet {

/// Where the IP header of a frame begins, or why there is none.
struct LinkLayer {
    bool ip = false;
    std::size_t offset = 0;
    std::uint16_t vlan = 0; ///< outermost VLAN id, 0 when untagged
    SkipReason skipped = SkipReason::NotIp;
};

/// Ethernet with VLAN tags, MPLS and PPPoE, Linux SLL and SLL2, RAW, NULL and LOOP, PPP, Cisco HDLC, frame relay,
/// 802.11 with and without radiotap, NFLOG; `linkType` is a DLT_ value.
[[nodiscard]] LinkLayer readLinkLayer(const ByteReader& frame, int linkType);

} // namespace flowscent::packet
