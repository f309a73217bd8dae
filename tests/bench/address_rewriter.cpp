// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/address_rewriter.h"

#include "engine/packet/byte_reader.h"
#include "engine/packet/headers.h"

#include <algorithm>
#include <optional>

namespace flowscent::bench {

using packet::ByteReader;
using packet::Protocol;

namespace {

/// The sum of RFC 1071, folded. An odd byte counts as if a zero followed.
std::uint16_t sumOf(std::span<const std::uint8_t> bytes, std::uint64_t begun = 0)
{
    std::uint64_t sum = begun;
    std::size_t i = 0;
    for (; i + 1 < bytes.size(); i += 2)
        sum += static_cast<unsigned>(bytes[i] << 8 | bytes[i + 1]);
    if (i < bytes.size())
        sum += static_cast<unsigned>(bytes[i] << 8);
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(sum);
}

void put16(std::uint8_t* at, std::uint16_t value)
{
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
}

/// Where a protocol's checksum over addresses and payload lies in its header.
std::optional<std::size_t> checksumOffset(std::uint8_t protocol)
{
    switch (static_cast<Protocol>(protocol)) {
    case Protocol::Tcp:
        return 16;
    case Protocol::Udp:
        return 6;
    case Protocol::Icmp6:
        return 2;
    default:
        return std::nullopt;
    }
}

/// Where IPv6's extension headers (RFC 8200) end.
struct Extensions {
    std::size_t end = 40;
    std::uint8_t protocol = 0;
    bool fragment = false;
    bool later = false;  ///< a fragment after the first
    bool routed = false; ///< its destination is the last one in the routing header, which is not rewritten
};

Extensions extensionsOf(const ByteReader& datagram)
{
    enum : std::uint8_t { HopByHop = 0, Routing = 43, Fragment = 44, Options = 60 };
    Extensions found{.protocol = datagram.u8(6)};
    while (datagram.has(found.end, 8)) {
        const std::uint8_t kind = found.protocol;
        if (kind != HopByHop && kind != Routing && kind != Fragment && kind != Options)
            break;
        found.fragment = found.fragment || kind == Fragment;
        found.routed = found.routed || (kind == Routing && datagram.u8(found.end + 3) > 0);
        found.later = found.later || (kind == Fragment && datagram.u16(found.end + 2) >= 8);
        found.protocol = datagram.u8(found.end);
        found.end += kind == Fragment ? 8 : std::size_t{8} * (datagram.u8(found.end + 1) + 1U);
    }
    return found;
}

} // namespace

/// What a transport's checksum takes from the IP header.
struct AddressRewriter::Pseudo {
    std::uint8_t protocol = 0;
    std::uint16_t before = 0; ///< sum of the addresses as they were
    std::uint16_t after = 0;
    std::optional<std::size_t> length; ///< bytes of the segment, when all of it is there
};

AddressRewriter::AddressRewriter(std::uint32_t number)
    : m_fourth(number >> 16 & 0x3f)
    , m_identifier(number * 0x9e3779b1U) // odd factors: no two numbers give the same
{
    const auto middle = static_cast<std::uint16_t>(number * 40503U);
    m_second = static_cast<std::uint8_t>(middle >> 8);
    m_third = static_cast<std::uint8_t>(middle);
}

void AddressRewriter::rewrite(std::span<std::uint8_t> datagram) const
{
    const int version = datagram.empty() ? 0 : datagram[0] >> 4;
    if (version == 4)
        rewriteV4(datagram, false);
    else if (version == 6)
        rewriteV6(datagram, false);
}

void AddressRewriter::rewriteAddressV4(std::uint8_t* address) const
{
    if (address[0] == 0 || address[0] == 127 || address[0] >= 224)
        return;
    address[1] ^= m_second;
    address[2] ^= m_third;
    if (address[3] < 192) // stays below, so that none becomes a network's broadcast address
        address[3] ^= m_fourth;
}

void AddressRewriter::rewriteAddressV6(std::uint8_t* address) const
{
    if (address[0] == 0xff || std::all_of(address, address + 8, [](std::uint8_t byte) { return byte == 0; }))
        return;
    for (int i = 0; i < 4; ++i)
        address[8 + i] ^= static_cast<std::uint8_t>(m_identifier >> (8 * i));
}

void AddressRewriter::rewriteV4(std::span<std::uint8_t> datagram, bool quoted) const
{
    const ByteReader header(datagram);
    const std::size_t begin = std::size_t{header.u8(0)} % 16 * 4;
    if (begin < 20 || datagram.size() < begin)
        return;
    const auto addresses = datagram.subspan(12, 8);
    Pseudo pseudo{.protocol = header.u8(9), .before = sumOf(addresses)};
    rewriteAddressV4(&addresses[0]);
    rewriteAddressV4(&addresses[4]);
    pseudo.after = sumOf(addresses);
    put16(&datagram[10], 0);
    put16(&datagram[10], static_cast<std::uint16_t>(~sumOf(datagram.first(begin))));
    constexpr unsigned offsetBits = 0x1fff;
    constexpr unsigned moreFragments = 0x2000;
    const unsigned pieces = header.u16(6) & (offsetBits | moreFragments);
    const std::size_t total = header.u16(2);
    if (pieces == 0 && total >= begin && total <= datagram.size())
        pseudo.length = total - begin;
    if ((pieces & offsetBits) == 0)
        mendTransport(datagram.subspan(begin), pseudo, quoted);
}

void AddressRewriter::rewriteV6(std::span<std::uint8_t> datagram, bool quoted) const
{
    const ByteReader header(datagram);
    const Extensions extensions = extensionsOf(header);
    if (datagram.size() < extensions.end)
        return;
    const auto addresses = datagram.subspan(8, 32);
    const auto summed = addresses.first(extensions.routed ? 16 : 32);
    Pseudo pseudo{.protocol = extensions.protocol, .before = sumOf(summed)};
    rewriteAddressV6(&addresses[0]);
    rewriteAddressV6(&addresses[16]);
    pseudo.after = sumOf(summed);
    const std::size_t total = std::size_t{40} + header.u16(4);
    if (!extensions.fragment && !extensions.routed && total >= extensions.end && total <= datagram.size())
        pseudo.length = total - extensions.end;
    if (!extensions.later)
        mendTransport(datagram.subspan(extensions.end), pseudo, quoted);
}

void AddressRewriter::mendTransport(std::span<std::uint8_t> segment, const Pseudo& pseudo, bool quoted) const
{
    const auto protocol = static_cast<Protocol>(pseudo.protocol);
    const std::uint8_t type = segment.empty() ? std::uint8_t{0} : segment[0];
    const bool error = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    if (!quoted && segment.size() > 8 && protocol == Protocol::Icmp && error)
        rewriteV4(segment.subspan(8), true);
    if (protocol == Protocol::Icmp && pseudo.length && *pseudo.length >= 4) { // without addresses, unlike all others
        put16(&segment[2], 0);
        put16(&segment[2], static_cast<std::uint16_t>(~sumOf(segment.first(*pseudo.length))));
    }
    if (!quoted && segment.size() > 8 && protocol == Protocol::Icmp6 && type >= 1 && type <= 4)
        rewriteV6(segment.subspan(8), true);
    const auto offset = checksumOffset(pseudo.protocol);
    if (!offset || segment.size() < *offset + 2)
        return;
    std::uint8_t* checksum = &segment[*offset];
    const std::uint16_t old = ByteReader(segment).u16(*offset);
    if (protocol == Protocol::Udp && old == 0) // the sender left it out
        return;
    std::uint16_t sum = 0;
    if (pseudo.length && *pseudo.length >= *offset + 2) {
        put16(checksum, 0);
        sum = sumOf(segment.first(*pseudo.length), std::uint64_t{pseudo.after} + pseudo.protocol + *pseudo.length);
    } else {
        const auto inverted = [](std::uint16_t value) { return static_cast<std::uint16_t>(~value); };
        sum = sumOf({}, std::uint64_t{inverted(old)} + inverted(pseudo.before) + pseudo.after);
    }
    const auto mended = static_cast<std::uint16_t>(~sum);
    put16(checksum, protocol == Protocol::Udp && mended == 0 ? std::uint16_t{0xffff} : mended);
}

} // namespace flowscent::bench
