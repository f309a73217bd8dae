// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/packet_builder.h"

#include <cstdlib>
#include <numeric>

namespace flowscent::test {

namespace {

bool isV6(const Bytes& ip)
{
    return !ip.empty() && ip[0] >> 4 == 6;
}

unsigned etherType(const Bytes& ip)
{
    return isV6(ip) ? 0x86dd : 0x0800;
}

void putAddress(Bytes& bytes, const std::string& text)
{
    const packet::IpAddress parsed = address(text);
    bytes.insert(bytes.end(), parsed.bytes.begin(), parsed.bytes.begin() + (parsed.v6 ? 16 : 4));
}

} // namespace

void put8(Bytes& bytes, unsigned value)
{
    bytes.push_back(static_cast<std::uint8_t>(value & 0xff));
}
void put16(Bytes& bytes, unsigned value)
{
    put8(bytes, value >> 8);
    put8(bytes, value);
}
void put32(Bytes& bytes, std::uint32_t value)
{
    put16(bytes, value >> 16);
    put16(bytes, value);
}
void put(Bytes& bytes, const Bytes& more)
{
    bytes.insert(bytes.end(), more.begin(), more.end());
}

Bytes joined(Bytes head, const Bytes& tail)
{
    put(head, tail);
    return head;
}

Bytes counting(std::size_t length)
{
    Bytes bytes(length);
    std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
    return bytes;
}

packet::IpAddress address(const std::string& text)
{
    const auto parsed = packet::parseAddress(text);
    if (!parsed)
        std::abort(); // a typing error in a test
    return *parsed;
}

packet::Endpoint endpoint(const std::string& text, std::uint16_t port)
{
    return {address(text), port};
}

Bytes tcp(const TcpSegment& segment)
{
    Bytes bytes;
    put16(bytes, segment.from);
    put16(bytes, segment.to);
    put32(bytes, segment.sequence);
    put32(bytes, segment.acknowledged);
    put8(bytes, static_cast<unsigned>((20 + segment.options) / 4) << 4);
    put8(bytes, segment.flags);
    put16(bytes, segment.window);
    put32(bytes, 0); // checksum, urgent pointer
    put(bytes, Bytes(segment.options, 1));
    put(bytes, counting(segment.payload));
    return bytes;
}

Bytes udp(std::uint16_t from, std::uint16_t to, std::size_t payload)
{
    Bytes bytes;
    put16(bytes, from);
    put16(bytes, to);
    put16(bytes, static_cast<unsigned>(8 + payload));
    put16(bytes, 0);
    put(bytes, counting(payload));
    return bytes;
}

Bytes sctp(std::uint16_t from, std::uint16_t to, std::size_t chunks)
{
    Bytes bytes;
    put16(bytes, from);
    put16(bytes, to);
    put32(bytes, 0);
    put32(bytes, 0);
    put(bytes, counting(chunks));
    return bytes;
}

Bytes icmp(std::uint8_t type, std::uint8_t code, std::size_t payload)
{
    Bytes bytes{type, code};
    put16(bytes, 0);
    put32(bytes, 1);
    put(bytes, counting(payload));
    return bytes;
}

Bytes ipv4(const Ipv4& header, const Bytes& payload)
{
    const std::size_t length = 20 + header.options;
    Bytes bytes;
    put8(bytes, 0x40 | static_cast<unsigned>(length / 4));
    put8(bytes, 0);
    put16(bytes, header.totalLength >= 0 ? static_cast<unsigned>(header.totalLength)
                                         : static_cast<unsigned>(length + payload.size()));
    put16(bytes, 1); // identification
    put16(bytes, header.fragment);
    put8(bytes, 64);
    put8(bytes, header.protocol);
    put16(bytes, 0);
    putAddress(bytes, header.from);
    putAddress(bytes, header.to);
    put(bytes, Bytes(header.options, 1));
    put(bytes, payload);
    return bytes;
}

Bytes ipv6(const Ipv6& header, const Bytes& payload)
{
    Bytes rest;
    for (std::size_t i = 0; i < header.extensions.size(); ++i) {
        const bool last = i + 1 == header.extensions.size();
        put8(rest, last ? header.protocol : header.extensions[i + 1].type);
        put(rest, header.extensions[i].bytes);
    }
    put(rest, payload);
    Bytes bytes;
    put32(bytes, 0x60000000);
    put16(bytes,
          header.payloadLength >= 0 ? static_cast<unsigned>(header.payloadLength) : static_cast<unsigned>(rest.size()));
    put8(bytes, header.extensions.empty() ? header.protocol : header.extensions.front().type);
    put8(bytes, 64);
    putAddress(bytes, header.from);
    putAddress(bytes, header.to);
    put(bytes, rest);
    return bytes;
}

Bytes ipPacket(std::uint8_t protocol, const std::string& from, const std::string& to, const Bytes& payload)
{
    if (address(from).v6)
        return ipv6({.from = from, .to = to, .protocol = protocol}, payload);
    return ipv4({.from = from, .to = to, .protocol = protocol}, payload);
}

Bytes ethernet(const Bytes& ip, const std::vector<std::uint16_t>& vlans, bool padded)
{
    Bytes bytes{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    for (std::size_t i = 0; i < vlans.size(); ++i) {
        put16(bytes, i + 1 < vlans.size() ? 0x88a8 : 0x8100);
        put16(bytes, vlans[i]);
    }
    put16(bytes, etherType(ip));
    put(bytes, ip);
    if (padded && bytes.size() < 60)
        bytes.resize(60);
    return bytes;
}

Bytes snap(const Bytes& ip)
{
    Bytes bytes{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    put16(bytes, static_cast<unsigned>(8 + ip.size()));
    put(bytes, {0xaa, 0xaa, 0x03, 0, 0, 0});
    put16(bytes, etherType(ip));
    return joined(bytes, ip);
}

Bytes linuxSll(const Bytes& ip)
{
    Bytes bytes{0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0};
    put16(bytes, etherType(ip));
    return joined(bytes, ip);
}

Bytes linuxSll2(const Bytes& ip)
{
    Bytes bytes;
    put16(bytes, etherType(ip));
    put(bytes, Bytes(18));
    return joined(bytes, ip);
}

Bytes loopback(const Bytes& ip, bool bigEndian)
{
    const std::uint8_t family = isV6(ip) ? 30 : 2;
    return joined(bigEndian ? Bytes{0, 0, 0, family} : Bytes{family, 0, 0, 0}, ip);
}

} // namespace flowscent::test
