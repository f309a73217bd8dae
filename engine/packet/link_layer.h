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
/// 802.11 with and without radiotap, NFLOG, switch tags of DSA and Broadcom, FDDI, ARCNET, IP over Infiniband,
/// Juniper's Ethernet, PKTAP; `linkType` is a DLT_ value, `depth` for those that hold others.
[[nodiscard]] LinkLayer readLinkLayer(const ByteReader& frame, int linkType, int depth = 0);

} // namespace flowscent::packet
