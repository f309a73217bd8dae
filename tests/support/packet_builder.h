// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/packet/headers.h"

/// Frames built layer by layer, innermost first: ethernet(ipPacket(6, a, b, tcp({...}))). Lengths are right unless a
/// test sets them otherwise; checksums are zero, since nothing in Flowscent looks at them.
namespace flowscent::test {

using Bytes = std::vector<std::uint8_t>;

/// Numbers in network order at the end of a buffer.
void put8(Bytes& bytes, unsigned value);
void put16(Bytes& bytes, unsigned value);
void put32(Bytes& bytes, std::uint32_t value);
void put(Bytes& bytes, const Bytes& more);
[[nodiscard]] Bytes joined(Bytes head, const Bytes& tail);
/// `length` bytes 0, 1, 2, ...
[[nodiscard]] Bytes counting(std::size_t length);

[[nodiscard]] packet::IpAddress address(const std::string& text); ///< asserts that it is one
[[nodiscard]] packet::Endpoint endpoint(const std::string& text, std::uint16_t port);

struct TcpSegment {
    std::uint16_t from = 40000;
    std::uint16_t to = 80;
    std::uint8_t flags = packet::TcpFlag::Ack;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledged = 0;
    std::uint16_t window = 1024;
    std::size_t payload = 0; ///< bytes
    std::size_t options = 0; ///< bytes, a multiple of four
};
[[nodiscard]] Bytes tcp(const TcpSegment& segment);
[[nodiscard]] Bytes udp(std::uint16_t from, std::uint16_t to, std::size_t payload = 0);
[[nodiscard]] Bytes sctp(std::uint16_t from, std::uint16_t to, std::size_t chunks = 4);
[[nodiscard]] Bytes icmp(std::uint8_t type, std::uint8_t code, std::size_t payload = 0);

struct Ipv4 {
    std::string from = "10.0.0.1";
    std::string to = "10.0.0.2";
    std::uint8_t protocol = 6;
    std::size_t options = 0; ///< bytes, a multiple of four
    unsigned fragment = 0;   ///< flags and offset field as it is on the wire
    int totalLength = -1;    ///< by the header; -1 for the true one
};
[[nodiscard]] Bytes ipv4(const Ipv4& header, const Bytes& payload);

struct Ipv6Extension {
    std::uint8_t type = 0;
    Bytes bytes; ///< the whole header from its second byte on; a multiple of eight minus one
};
struct Ipv6 {
    std::string from = "2001:db8::1";
    std::string to = "2001:db8::2";
    std::uint8_t protocol = 6;
    std::vector<Ipv6Extension> extensions;
    int payloadLength = -1; ///< by the header; -1 for the true one
};
[[nodiscard]] Bytes ipv6(const Ipv6& header, const Bytes& payload);

/// IPv4 or IPv6, as the addresses are.
[[nodiscard]] Bytes ipPacket(std::uint8_t protocol, const std::string& from, const std::string& to,
                             const Bytes& payload);

/// Ethernet II with the given VLAN ids, outermost first. Short frames are padded to 60 bytes as on the wire if asked.
[[nodiscard]] Bytes ethernet(const Bytes& ip, const std::vector<std::uint16_t>& vlans = {}, bool padded = false);
/// IEEE 802.3 with LLC and SNAP headers (RFC 1042).
[[nodiscard]] Bytes snap(const Bytes& ip);
[[nodiscard]] Bytes linuxSll(const Bytes& ip);                 ///< DLT 113
[[nodiscard]] Bytes linuxSll2(const Bytes& ip);                ///< DLT 276
[[nodiscard]] Bytes loopback(const Bytes& ip, bool bigEndian); ///< DLT 0 and 108

} // namespace flowscent::test
