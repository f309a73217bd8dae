// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace flowscent::packet {

/// One field of a packet and where it lies in the captured bytes. Sub-fields of a byte share it.
struct HeaderField {
    std::string name;  ///< "Ethernet", "Source port", "Payload"
    std::string value; ///< as people read it; empty for a header, whose fields follow one level deeper
    std::uint32_t begin = 0;
    std::uint32_t length = 0; ///< bytes that are there: what the capture cut off does not count
    std::uint8_t depth = 0;   ///< 0 for a header, 1 for its fields

    friend bool operator==(const HeaderField&, const HeaderField&) = default;
};

/// The headers that `decode` goes through, field by field, in the order in which they lie: link layer (Ethernet with
/// its VLAN tags in detail, others as a whole), IPv4 (RFC 791), IPv6 (RFC 8200), tunnels as a whole with the datagram
/// within, TCP (RFC 9293), UDP (RFC 768), SCTP (RFC 9260), ICMP (RFC 792, RFC 4443), payload. Ends where the frame does
/// or where it makes no sense. Pure; never reads outside `frame`; at most a few dozen fields.
[[nodiscard]] std::vector<HeaderField> mapHeaders(std::span<const std::uint8_t> frame, int linkType);

} // namespace flowscent::packet
