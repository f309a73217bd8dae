// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>

#include "engine/packet/byte_reader.h"
#include "engine/packet/headers.h"

namespace flowscent::packet {

/// A datagram within another.
struct Carried {
    Tunnel tunnel = Tunnel::None;
    std::size_t offset = 0; ///< of the inner IP header
};

/// What an IP datagram of that protocol carries at `offset`: IP in IP (RFC 2003, RFC 2473, RFC 4213), GRE (RFC 2784 and
/// 2890, PPTP's of RFC 2637) with IP, Ethernet or a mirrored frame (ERSPAN) in it; over UDP also VXLAN,
/// Geneve, GTP-U and Teredo. Nothing when it is no tunnel, or one that holds no IP.
[[nodiscard]] std::optional<Carried> readTunnel(const ByteReader& frame, std::uint8_t protocol, std::size_t offset);

} // namespace flowscent::packet
