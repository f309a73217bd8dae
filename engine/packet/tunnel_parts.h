// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/packet/link_parts.h"
#include "engine/packet/tunnel.h"

/// What tunnels share; for this module only.
namespace flowscent::packet {

/// The datagram of a frame within a frame; nothing when it has none.
[[nodiscard]] std::optional<Carried> within(Tunnel tunnel, const LinkLayer& inner);
[[nodiscard]] LinkLayer ethernetAt(const ByteReader& frame, std::size_t offset);

/// Where the tunnels over UDP are expected.
enum TunnelPort : std::uint16_t {
    GtpU = 2152,
    TeredoServer = 3544,
    VxlanPort = 4789,
    GenevePort = 6081,
    VxlanOfLinux = 8472
};
[[nodiscard]] constexpr bool isTunnelPort(std::uint16_t port)
{
    return port == GtpU || port == TeredoServer || port == VxlanPort || port == GenevePort || port == VxlanOfLinux;
}

/// VXLAN (RFC 7348), Geneve (RFC 8926), GTP-U (3GPP TS 29.281) and Teredo (RFC 4380), known by their ports; `offset` is
/// that of the UDP header. Ports alone prove nothing: the caller checks that a datagram is there.
[[nodiscard]] std::optional<Carried> readUdpTunnel(const ByteReader& frame, std::size_t offset);

} // namespace flowscent::packet
