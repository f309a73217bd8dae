// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/packet/address.h"

namespace flowscent::packet {

/// IP protocol numbers we look into (IANA).
enum class Protocol : std::uint8_t { Icmp = 1, Tcp = 6, Udp = 17, Icmp6 = 58, Sctp = 132 };

enum TcpFlag : std::uint8_t { Fin = 0x01, Syn = 0x02, Rst = 0x04, Psh = 0x08, Ack = 0x10, Urg = 0x20 };

/// Why a frame belongs to no flow. Counted, and the counts are shown.
enum class SkipReason : std::uint8_t {
    UnknownLinkType,
    NotIp, ///< ARP, LLDP, ...
    TruncatedHeader,
    Malformed,     ///< lengths that contradict each other
    LaterFragment, ///< carries no ports
    OtherProtocol, ///< IP, but neither TCP, UDP, ICMP nor SCTP
    Count
};
[[nodiscard]] std::string_view text(SkipReason reason);

/// What carried the flow's datagrams inside others; the outermost that was looked into.
enum class Tunnel : std::uint8_t { None, Ip, Gre, Pptp, Erspan, Count };
/// "ip", "gre", ...; empty for None.
[[nodiscard]] std::string_view text(Tunnel tunnel);

/// What one frame says about its flow. Plain numbers, no pointers into the frame.
struct Headers {
    Endpoint source;
    Endpoint destination;
    std::uint8_t protocol = 0;     ///< IP protocol number
    std::uint8_t tcpFlags = 0;     ///< TcpFlag bits; 0 unless TCP
    std::uint16_t tcpWindow = 0;   ///< as in the header, unscaled
    std::uint32_t tcpSequence = 0; ///< used for denoising only, never a model input
    std::uint32_t tcpAcknowledged = 0;
    std::uint32_t ipLength = 0;      ///< bytes of the IP datagram by its own header
    std::uint32_t payloadLength = 0; ///< transport payload bytes by the IP header, whether captured or not
    std::uint32_t payloadOffset = 0; ///< where the payload begins in the captured bytes
    std::uint16_t vlan = 0;          ///< outermost VLAN id, 0 when untagged
    Tunnel tunnel = Tunnel::None;    ///< addresses and ports are those of the inner datagram
    std::uint8_t icmpType = 0;
    std::uint8_t icmpCode = 0;
};

struct Decoded {
    std::optional<Headers> headers; ///< set, or `skipped` says why not
    SkipReason skipped = SkipReason::NotIp;
};

/// Reads link, network and transport headers. Pure; never reads outside `frame`; cost is bounded (at most 8 VLAN tags
/// and 16 IPv6 extension headers). `linkType` is a DLT_ value: Ethernet, Linux SLL and SLL2, RAW, NULL/LOOP.
[[nodiscard]] Decoded decode(std::span<const std::uint8_t> frame, int linkType);

} // namespace flowscent::packet
