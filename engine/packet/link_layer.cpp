// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/link_layer.h"

#include "engine/packet/link_parts.h"

namespace flowscent::packet {

namespace {

// https://www.tcpdump.org/linktypes.html, and the DLT_ values that libpcap maps them to on Linux.
enum LinkType : int {
    Null = 0,
    Ethernet = 1,
    Arcnet = 7,
    Ppp = 9,
    Fddi = 10,
    RawBsd = 12,
    RawOpenBsd = 14,
    PppSerial = 50,
    PppEthernet = 51,
    RawLinkType = 101,
    CiscoHdlc = 104,
    Wlan = 105,
    FrameRelay = 107,
    Loop = 108,
    LinuxSll = 113,
    Radiotap = 127,
    ArcnetLinux = 129,
    AppleUser2 = 149,
    PppPppd = 166,
    JuniperEthernet = 178,
    PppWithDirection = 204,
    Ipv4 = 228,
    Ipv6 = 229,
    Nflog = 239,
    Infiniband = 242,
    Pktap = 258,
    LinuxSll2 = 276,
    BroadcomTag = 281,
    BroadcomTagBefore = 282,
    DsaTag = 283,
    DsaTagWithType = 284
};

enum EtherType : std::uint16_t {
    EtherIpv4 = 0x0800,
    EtherIpv6 = 0x86dd,
    EtherVlan = 0x8100,
    EtherMpls = 0x8847,
    EtherMplsMulticast = 0x8848,
    EtherPppoe = 0x8864,
    EtherQinQ = 0x88a8,
    EtherBackbone = 0x88e7,
    EtherVnTag = 0x8926,
    EtherOldQinQ = 0x9100
};

constexpr int mostVlanTags = 8;
constexpr int mostLabels = 16;
constexpr std::uint16_t longestLength = 1500; ///< IEEE 802.3: up to here the field is a length, no type

LinkLayer withEtherTypeAt(const ByteReader& frame, std::size_t typeOffset, std::size_t headerLength)
{
    if (!frame.has(0, headerLength))
        return noIp(SkipReason::TruncatedHeader);
    return afterEtherType(frame, frame.u16(typeOffset), headerLength);
}

/// The address family is in the byte order of the machine that captured. AF_INET6 differs from system to system, and
/// some drivers write an EtherType instead.
LinkLayer afterFamily(const ByteReader& frame)
{
    if (!frame.has(0, 4))
        return noIp(SkipReason::TruncatedHeader);
    const std::uint32_t big = frame.u32(0);
    const std::uint32_t family = big <= 0xffff ? big : __builtin_bswap32(big);
    const std::uint16_t type = frame.u16(2); // of those drivers, in network order whatever the machine
    const bool known = family == 2 || family == 10 || family == 24 || family == 28 || family == 30 ||
                       family == EtherIpv4 || family == EtherIpv6 || type == EtherIpv4 || type == EtherIpv6;
    if (!known)
        return noIp(SkipReason::NotIp);
    return {.ip = true, .offset = 4};
}

LinkLayer raw(const ByteReader& frame)
{
    if (!frame.has(0, 1))
        return noIp(SkipReason::TruncatedHeader);
    return {.ip = true, .offset = 0};
}

/// IP in ARCNET as RFC 1051 has it; RFC 1201's pieces are not put together.
LinkLayer afterArcnet(const ByteReader& frame, std::size_t typeOffset)
{
    constexpr std::uint8_t ip = 0xf0;
    if (!frame.has(typeOffset, 2))
        return noIp(SkipReason::TruncatedHeader);
    return frame.u8(typeOffset) == ip ? LinkLayer{.ip = true, .offset = typeOffset + 1} : noIp(SkipReason::NotIp);
}

/// Juniper's header for Ethernet: a magic number, flags and extensions (print-juniper.c of tcpdump).
LinkLayer afterJuniper(const ByteReader& frame)
{
    constexpr std::uint32_t magic = 0x4d4743;
    const bool extended = (frame.u8(3) & 0x80) != 0;
    const bool noLinkLayer = (frame.u8(3) & 0x02) != 0;
    const std::size_t offset = extended ? std::size_t{6} + frame.u16(4) : std::size_t{4};
    if (frame.u32(0) >> 8 != magic || noLinkLayer)
        return noIp(SkipReason::NotIp);
    if (!frame.has(offset, 14))
        return noIp(SkipReason::TruncatedHeader);
    return afterEtherType(frame, frame.u16(offset + 12), offset + 14);
}

/// Apple's PKTAP: a header in little-endian numbers with its own length and the link type of what follows.
LinkLayer afterPktap(const ByteReader& frame, int depth)
{
    if (!frame.has(0, 12))
        return noIp(SkipReason::TruncatedHeader);
    const std::uint32_t length = __builtin_bswap32(frame.u32(0));
    const std::uint32_t inner = __builtin_bswap32(frame.u32(8));
    if (length < 12 || depth == deepest || inner > 0xffff)
        return noIp(SkipReason::Malformed);
    if (!frame.has(length, 0))
        return noIp(SkipReason::TruncatedHeader);
    LinkLayer link = readLinkLayer(frame.from(length), static_cast<int>(inner), depth + 1);
    link.offset += length;
    return link;
}

} // namespace

LinkLayer afterLlc(const ByteReader& frame, std::size_t offset, int depth)
{
    if (depth == deepest)
        return noIp(SkipReason::Malformed);
    if (!frame.has(offset, 8))
        return noIp(SkipReason::TruncatedHeader);
    const bool snap = frame.u32(offset) == 0xaaaa0300 && frame.u16(offset + 4) == 0; // organisation code of zero
    if (!snap || frame.u16(offset + 6) <= longestLength)
        return noIp(SkipReason::NotIp);
    return afterEtherType(frame, frame.u16(offset + 6), offset + 8, depth + 1);
}

LinkLayer afterMpls(const ByteReader& frame, std::size_t offset, int depth)
{
    if (depth == deepest)
        return noIp(SkipReason::Malformed);
    for (int labels = 0; labels < mostLabels; ++labels) {
        if (!frame.has(offset, 5))
            return noIp(SkipReason::TruncatedHeader);
        const bool last = (frame.u8(offset + 2) & 1) != 0;
        offset += 4;
        if (!last)
            continue;
        const int version = frame.u8(offset) >> 4;
        if (version == 4 || version == 6)
            return {.ip = true, .offset = offset};
        if (version == 0 && frame.has(offset, 18)) // an Ethernet pseudo-wire behind its control word (RFC 4448)
            return afterEtherType(frame, frame.u16(offset + 16), offset + 18, depth + 1);
        return noIp(SkipReason::NotIp);
    }
    return noIp(SkipReason::Malformed);
}

LinkLayer afterEtherType(const ByteReader& frame, std::uint16_t type, std::size_t offset, int depth)
{
    std::uint16_t vlan = 0;
    for (int tags = 0; type == EtherVlan || type == EtherQinQ || type == EtherOldQinQ; ++tags) {
        if (tags == mostVlanTags)
            return noIp(SkipReason::Malformed);
        if (!frame.has(offset, 4))
            return noIp(SkipReason::TruncatedHeader);
        if (tags == 0)
            vlan = frame.u16(offset) & 0x0fff;
        type = frame.u16(offset + 2);
        offset += 4;
    }
    LinkLayer found = noIp(SkipReason::NotIp);
    if (type == EtherIpv4 || type == EtherIpv6)
        found = {.ip = true, .offset = offset};
    else if (type == EtherMpls || type == EtherMplsMulticast)
        found = afterMpls(frame, offset, depth);
    else if (type == EtherPppoe)
        found = afterPppoe(frame, offset, depth);
    else if (type == EtherBackbone && depth < deepest && frame.has(offset, 18)) // service tag (802.1ah), then a frame
        found = afterEtherType(frame, frame.u16(offset + 16), offset + 18, depth + 1);
    else if (type == EtherVnTag && depth < deepest && frame.has(offset, 6)) // Cisco's switches for virtual machines
        found = afterEtherType(frame, frame.u16(offset + 4), offset + 6, depth + 1);
    else if (type <= longestLength && frame.has(offset, 8))
        found = afterLlc(frame, offset, depth);
    if (vlan != 0)
        found.vlan = vlan;
    return found;
}

LinkLayer readLinkLayer(const ByteReader& frame, int linkType, int depth)
{
    switch (linkType) {
    case Ethernet:
        return withEtherTypeAt(frame, 12, 14);
    case LinuxSll:
        return withEtherTypeAt(frame, 14, 16);
    case LinuxSll2:
        return withEtherTypeAt(frame, 0, 20);
    case Infiniband: // IP over Infiniband behind its global route header (RFC 4391)
        return withEtherTypeAt(frame, 40, 44);
    case Arcnet: // two addresses of a byte each, type
        return afterArcnet(frame, 2);
    case ArcnetLinux: // two bytes more before the type
        return afterArcnet(frame, 4);
    case Fddi: // frame control and two addresses
        return afterLlc(frame, 13);
    case DsaTag: // switch tags of four bytes, behind the addresses or before them, or of eight
    case BroadcomTag:
    case BroadcomTagBefore:
        return withEtherTypeAt(frame, 16, 18);
    case DsaTagWithType:
        return withEtherTypeAt(frame, 20, 22);
    case JuniperEthernet:
        return afterJuniper(frame);
    case Pktap:
    case AppleUser2:
        return afterPktap(frame, depth);
    case RawBsd:
    case RawOpenBsd:
    case RawLinkType:
    case Ipv4:
    case Ipv6:
        return raw(frame);
    case Null:
    case Loop:
        return afterFamily(frame);
    case Ppp:
    case PppSerial:
    case PppPppd:
        return afterPpp(frame, 0);
    case PppWithDirection:
        return afterPpp(frame, 1);
    case PppEthernet:
        return afterPppoe(frame, 0);
    case CiscoHdlc:
        return afterCiscoHdlc(frame);
    case FrameRelay:
        return afterFrameRelay(frame);
    case Wlan:
        return afterWlan(frame, 0, false);
    case Radiotap:
        return afterRadiotap(frame);
    case Nflog:
        return afterNflog(frame);
    default:
        return noIp(SkipReason::UnknownLinkType);
    }
}

} // namespace flowscent::packet
