// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/packet/link_layer.h"

/// What link layers share; for this module only. Each takes the offset of its own header in the frame.
namespace flowscent::packet {

[[nodiscard]] constexpr LinkLayer noIp(SkipReason reason)
{
    return {.skipped = reason};
}

/// How often one frame may hold another before we stop looking: hostile ones nest for ever.
inline constexpr int deepest = 4;

/// What an EtherType announces: IP, VLAN tags, MPLS labels, PPPoE sessions, or the length of an 802.3 frame.
[[nodiscard]] LinkLayer afterEtherType(const ByteReader& frame, std::uint16_t type, std::size_t offset, int depth = 0);
/// IP in 802.2 LLC with SNAP (RFC 1042).
[[nodiscard]] LinkLayer afterLlc(const ByteReader& frame, std::size_t offset, int depth = 0);
/// A stack of labels (RFC 3032) and what is behind it, which only its first nibble tells: IP, or an Ethernet
/// pseudo-wire.
[[nodiscard]] LinkLayer afterMpls(const ByteReader& frame, std::size_t offset, int depth = 0);

/// PPP (RFC 1661), with or without HDLC's address and control bytes (RFC 1662) and compressed protocol field.
[[nodiscard]] LinkLayer afterPpp(const ByteReader& frame, std::size_t offset);
/// The session stage of PPP over Ethernet (RFC 2516).
[[nodiscard]] LinkLayer afterPppoe(const ByteReader& frame, std::size_t offset, int depth = 0);
/// Cisco's HDLC.
[[nodiscard]] LinkLayer afterCiscoHdlc(const ByteReader& frame);
/// Frame relay with RFC 2427's encapsulation or Cisco's.
[[nodiscard]] LinkLayer afterFrameRelay(const ByteReader& frame);

/// IEEE 802.11 data frames in the clear. With `padded` the header is filled up to four bytes.
[[nodiscard]] LinkLayer afterWlan(const ByteReader& frame, std::size_t offset, bool padded);
/// The same behind a radiotap header (radiotap.org).
[[nodiscard]] LinkLayer afterRadiotap(const ByteReader& frame);
/// Linux netfilter's log: the datagram is one of its attributes.
[[nodiscard]] LinkLayer afterNflog(const ByteReader& frame);

} // namespace flowscent::packet
