// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/tunnel_parts.h"

namespace flowscent::packet {

namespace {

constexpr int mostGtpExtensions = 8;

std::optional<Carried> datagramAt(const ByteReader& frame, std::size_t offset, Tunnel tunnel)
{
    const int version = frame.u8(offset) >> 4;
    return version == 4 || version == 6 ? std::optional(Carried{tunnel, offset}) : std::nullopt;
}

std::optional<Carried> readVxlan(const ByteReader& frame, std::size_t offset)
{
    const bool identified = (frame.u8(offset) & 0x08) != 0;
    return identified ? within(Tunnel::Vxlan, ethernetAt(frame, offset + 8)) : std::nullopt;
}

std::optional<Carried> readGeneve(const ByteReader& frame, std::size_t offset)
{
    constexpr std::uint16_t bridgedEthernet = 0x6558;
    const std::uint8_t head = frame.u8(offset);
    if (head >> 6 != 0)
        return std::nullopt;
    const std::size_t inner = offset + 8 + (head & 0x3fU) * std::size_t{4};
    const std::uint16_t type = frame.u16(offset + 2);
    return within(Tunnel::Geneve,
                  type == bridgedEthernet ? ethernetAt(frame, inner) : afterEtherType(frame, type, inner));
}

/// Version 1 with user data; any of the flags E, S and PN brings all three optional fields.
std::optional<Carried> readGtp(const ByteReader& frame, std::size_t offset)
{
    constexpr std::uint8_t userData = 0xff;
    const std::uint8_t flags = frame.u8(offset);
    if ((flags & 0xf0) != 0x30 || frame.u8(offset + 1) != userData)
        return std::nullopt;
    std::size_t inner = offset + 8;
    if ((flags & 0x07) != 0) {
        std::uint8_t next = frame.u8(inner + 3);
        inner += 4;
        for (int count = 0; (flags & 0x04) != 0 && next != 0; ++count) {
            const std::size_t length = frame.u8(inner) * std::size_t{4};
            if (length == 0 || count == mostGtpExtensions)
                return std::nullopt;
            next = frame.u8(inner + length - 1);
            inner += length;
        }
    }
    return datagramAt(frame, inner, Tunnel::Gtp);
}

/// An authentication and an origin indication may come before the datagram.
std::optional<Carried> readTeredo(const ByteReader& frame, std::size_t offset)
{
    if (frame.u16(offset) == 0x0001)
        offset += std::size_t{13} + frame.u8(offset + 2) + frame.u8(offset + 3);
    if (frame.u16(offset) == 0x0000)
        offset += 8;
    const bool v6 = frame.u8(offset) >> 4 == 6;
    return v6 ? std::optional(Carried{Tunnel::Teredo, offset}) : std::nullopt;
}

} // namespace

std::optional<Carried> readUdpTunnel(const ByteReader& frame, std::size_t offset)
{
    const std::uint16_t source = frame.u16(offset);
    const std::uint16_t destination = frame.u16(offset + 2);
    offset += 8;
    switch (destination) {
    case VxlanPort:
    case VxlanOfLinux:
        return readVxlan(frame, offset);
    case GenevePort:
        return readGeneve(frame, offset);
    default:
        break;
    }
    // In these two, answers come from the well-known port to any other.
    if (destination == GtpU || source == GtpU)
        return readGtp(frame, offset);
    return destination == TeredoServer || source == TeredoServer ? readTeredo(frame, offset) : std::nullopt;
}

} // namespace flowscent::packet
