// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/link_parts.h"

namespace flowscent::packet {

namespace {

constexpr std::uint16_t pppIpv4 = 0x0021;
constexpr std::uint16_t pppIpv6 = 0x0057;
constexpr std::uint16_t pppMpls = 0x0281;

LinkLayer afterPppProtocol(const ByteReader& frame, std::size_t offset, int depth)
{
    if (!frame.has(offset, 2))
        return noIp(SkipReason::TruncatedHeader);
    // An odd first byte ends the number: every protocol's second byte is odd and its first even.
    const bool compressed = (frame.u8(offset) & 1) != 0;
    const std::uint16_t protocol = compressed ? frame.u8(offset) : frame.u16(offset);
    offset += compressed ? 1 : 2;
    if (protocol == pppMpls)
        return afterMpls(frame, offset, depth);
    if (protocol != pppIpv4 && protocol != pppIpv6)
        return noIp(SkipReason::NotIp);
    return {.ip = true, .offset = offset};
}

} // namespace

LinkLayer afterPpp(const ByteReader& frame, std::size_t offset)
{
    const bool framed = frame.has(offset, 2) && frame.u16(offset) == 0xff03;
    return afterPppProtocol(frame, framed ? offset + 2 : offset, 0);
}

LinkLayer afterPppoe(const ByteReader& frame, std::size_t offset, int depth)
{
    constexpr std::uint8_t sessionData = 0;
    if (!frame.has(offset, 6))
        return noIp(SkipReason::TruncatedHeader);
    if (frame.u8(offset + 1) != sessionData)
        return noIp(SkipReason::NotIp);
    return afterPppProtocol(frame, offset + 6, depth);
}

LinkLayer afterCiscoHdlc(const ByteReader& frame)
{
    if (!frame.has(0, 4))
        return noIp(SkipReason::TruncatedHeader);
    return afterEtherType(frame, frame.u16(2), 4);
}

LinkLayer afterFrameRelay(const ByteReader& frame)
{
    constexpr std::size_t longestAddress = 4;
    constexpr std::uint8_t unnumbered = 0x03;
    constexpr std::uint8_t ipv4 = 0xcc;
    constexpr std::uint8_t ipv6 = 0x8e;
    constexpr std::uint8_t snap = 0x80;
    std::size_t offset = 0;
    while (frame.has(offset, 1) && (frame.u8(offset) & 1) == 0 && offset < longestAddress)
        ++offset;
    ++offset; // the byte whose last bit ends the address
    if (!frame.has(offset, 3))
        return noIp(SkipReason::TruncatedHeader);
    if (frame.u8(offset) != unnumbered)
        return afterEtherType(frame, frame.u16(offset), offset + 2); // Cisco's
    ++offset;
    if (frame.u8(offset) == 0) // filled up to an even offset
        ++offset;
    const std::uint8_t protocol = frame.u8(offset++);
    if (protocol == snap && frame.has(offset, 5))
        return afterEtherType(frame, frame.u16(offset + 3), offset + 5);
    if (protocol != ipv4 && protocol != ipv6)
        return noIp(SkipReason::NotIp);
    return {.ip = true, .offset = offset};
}

} // namespace flowscent::packet
