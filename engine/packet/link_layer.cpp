// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/link_layer.h"

namespace flowscent::packet {

namespace {

// https://www.tcpdump.org/linktypes.html, and the DLT_ values that libpcap maps them to on Linux.
enum LinkType : int {
    Null = 0,
    Ethernet = 1,
    RawBsd = 12,
    RawOpenBsd = 14,
    RawLinkType = 101,
    Loop = 108,
    LinuxSll = 113,
    Ipv4 = 228,
    Ipv6 = 229,
    LinuxSll2 = 276
};

enum EtherType : std::uint16_t {
    EtherIpv4 = 0x0800,
    EtherIpv6 = 0x86dd,
    EtherVlan = 0x8100,
    EtherQinQ = 0x88a8,
    EtherOldQinQ = 0x9100
};

constexpr int mostVlanTags = 8;
constexpr std::uint16_t longestLength = 1500; ///< IEEE 802.3: up to here the field is a length, no type

LinkLayer skip(SkipReason reason)
{
    return {.skipped = reason};
}

/// RFC 1042: IP in 802.3 frames, behind a logical link header and an organisation code of zero.
bool isSnap(const ByteReader& frame, std::size_t offset)
{
    return frame.has(offset, 8) && frame.u32(offset) == 0xaaaa0300 && frame.u16(offset + 4) == 0;
}

LinkLayer afterEtherType(const ByteReader& frame, std::uint16_t type, std::size_t offset)
{
    std::uint16_t vlan = 0;
    for (int tags = 0; type == EtherVlan || type == EtherQinQ || type == EtherOldQinQ; ++tags) {
        if (tags == mostVlanTags)
            return skip(SkipReason::Malformed);
        if (!frame.has(offset, 4))
            return skip(SkipReason::TruncatedHeader);
        if (tags == 0)
            vlan = frame.u16(offset) & 0x0fff;
        type = frame.u16(offset + 2);
        offset += 4;
    }
    if (type <= longestLength && isSnap(frame, offset)) {
        type = frame.u16(offset + 6);
        offset += 8;
    }
    if (type != EtherIpv4 && type != EtherIpv6)
        return skip(SkipReason::NotIp);
    return {.ip = true, .offset = offset, .vlan = vlan};
}

LinkLayer withEtherTypeAt(const ByteReader& frame, std::size_t typeOffset, std::size_t headerLength)
{
    if (!frame.has(0, headerLength))
        return skip(SkipReason::TruncatedHeader);
    return afterEtherType(frame, frame.u16(typeOffset), headerLength);
}

/// The address family is in the byte order of the machine that captured. AF_INET6 differs from system to system, and
/// some drivers write an EtherType instead.
LinkLayer afterFamily(const ByteReader& frame)
{
    if (!frame.has(0, 4))
        return skip(SkipReason::TruncatedHeader);
    const std::uint32_t big = frame.u32(0);
    const std::uint32_t family = big <= 0xffff ? big : __builtin_bswap32(big);
    const bool known = family == 2 || family == 10 || family == 24 || family == 28 || family == 30 ||
                       family == EtherIpv4 || family == EtherIpv6;
    if (!known)
        return skip(SkipReason::NotIp);
    return {.ip = true, .offset = 4};
}

LinkLayer raw(const ByteReader& frame)
{
    if (!frame.has(0, 1))
        return skip(SkipReason::TruncatedHeader);
    return {.ip = true, .offset = 0};
}

} // namespace

LinkLayer readLinkLayer(const ByteReader& frame, int linkType)
{
    switch (linkType) {
    case Ethernet:
        return withEtherTypeAt(frame, 12, 14);
    case LinuxSll:
        return withEtherTypeAt(frame, 14, 16);
    case LinuxSll2:
        return withEtherTypeAt(frame, 0, 20);
    case RawBsd:
    case RawOpenBsd:
    case RawLinkType:
    case Ipv4:
    case Ipv6:
        return raw(frame);
    case Null:
    case Loop:
        return afterFamily(frame);
    default:
        return skip(SkipReason::UnknownLinkType);
    }
}

} // namespace flowscent::packet
