// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/tunnel.h"

#include "engine/packet/tunnel_parts.h"

namespace flowscent::packet {

namespace {

enum IpProtocol : std::uint8_t { Ipv4InIp = 4, UdpInIp = 17, Ipv6InIp = 41, GreInIp = 47 };

constexpr std::uint16_t bridgedEthernet = 0x6558;
constexpr std::uint16_t mirrored = 0x88be;      ///< ERSPAN type I, and II when there is a sequence number
constexpr std::uint16_t mirroredThird = 0x22eb; ///< ERSPAN type III
constexpr std::uint16_t pptp = 0x880b;
constexpr std::uint16_t redirected = 0x883e; ///< WCCP; version 2 puts four bytes before the datagram

} // namespace

std::optional<Carried> within(Tunnel tunnel, const LinkLayer& inner)
{
    return inner.ip ? std::optional(Carried{tunnel, inner.offset}) : std::nullopt;
}

LinkLayer ethernetAt(const ByteReader& frame, std::size_t offset)
{
    if (!frame.has(offset, 14))
        return noIp(SkipReason::TruncatedHeader);
    return afterEtherType(frame, frame.u16(offset + 12), offset + 14);
}

namespace {

/// Each flag stands for four more bytes.
std::optional<Carried> readGre(const ByteReader& frame, std::size_t offset)
{
    if (!frame.has(offset, 4))
        return std::nullopt;
    const std::uint16_t flags = frame.u16(offset);
    const std::uint16_t type = frame.u16(offset + 2);
    const bool checksum = (flags & 0x8000) != 0;
    const bool routing = (flags & 0x4000) != 0;
    const bool key = (flags & 0x2000) != 0;
    const bool sequence = (flags & 0x1000) != 0;
    const int version = flags & 7;
    std::size_t inner = offset + 4;
    if (version == 1 && type == pptp) {
        const bool acknowledged = (flags & 0x0080) != 0;
        inner += 4 + (sequence ? 4U : 0U) + (acknowledged ? 4U : 0U);
        return within(Tunnel::Pptp, afterPpp(frame, inner));
    }
    if (version != 0 || routing) // source routes were withdrawn by RFC 2784
        return std::nullopt;
    inner += (checksum ? 4U : 0U) + (key ? 4U : 0U) + (sequence ? 4U : 0U);
    if (type == bridgedEthernet)
        return within(Tunnel::Gre, ethernetAt(frame, inner));
    if (type == mirrored)
        return within(Tunnel::Erspan, ethernetAt(frame, inner + (sequence ? 8U : 0U)));
    if (type == mirroredThird) {
        const bool platform = (frame.u8(inner + 11) & 1) != 0;
        return within(Tunnel::Erspan, ethernetAt(frame, inner + (platform ? 20U : 12U)));
    }
    if (type == redirected) {
        const bool bare = frame.u8(inner) >> 4 == 4;
        return Carried{Tunnel::Gre, inner + (bare ? 0U : 4U)};
    }
    return within(Tunnel::Gre, afterEtherType(frame, type, inner));
}

} // namespace

std::string_view text(Tunnel tunnel)
{
    switch (tunnel) {
    case Tunnel::None:
        return "";
    case Tunnel::Ip:
        return "ip";
    case Tunnel::Gre:
        return "gre";
    case Tunnel::Pptp:
        return "pptp";
    case Tunnel::Erspan:
        return "erspan";
    case Tunnel::Vxlan:
        return "vxlan";
    case Tunnel::Gtp:
        return "gtp";
    case Tunnel::Geneve:
        return "geneve";
    case Tunnel::Teredo:
        return "teredo";
    case Tunnel::Count:
        break;
    }
    return "";
}

std::optional<Carried> readTunnel(const ByteReader& frame, std::uint8_t protocol, std::size_t offset)
{
    switch (protocol) {
    case Ipv4InIp:
    case Ipv6InIp:
        return Carried{Tunnel::Ip, offset};
    case UdpInIp:
        return readUdpTunnel(frame, offset);
    case GreInIp:
        return readGre(frame, offset);
    default:
        return std::nullopt;
    }
}

} // namespace flowscent::packet
