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
    LaterFragment, ///< of a datagram whose first piece, which has the ports, did not come
    OtherProtocol, ///< IP, but neither TCP, UDP, ICMP nor SCTP
    Count
};
[[nodiscard]] std::string_view text(SkipReason reason);

/// What carried the flow's datagrams inside others; the outermost that was looked into.
enum class Tunnel : std::uint8_t { None, Ip, Gre, Pptp, Erspan, Vxlan, Gtp, Geneve, Teredo, Count };
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
    std::uint8_t hopLimit =
        0; ///< IPv4's time to live, IPv6's hop limit; tells sender and distance, never a model input
};

/// A datagram that was cut into pieces on its way (RFC 791, section 3.2; RFC 8200, section 4.5). Pieces of one datagram
/// share everything but the last four.
struct Fragment {
    IpAddress source;
    IpAddress destination;
    std::uint8_t protocol = 0;
    std::uint32_t identification = 0;
    std::uint32_t offset = 0; ///< bytes of the datagram's payload before this piece; 0 for the first
    std::uint32_t length = 0; ///< bytes of this piece
    bool tunnelled = false;   ///< the first piece was found to hold another datagram
    bool last = false;
};

/// Whose datagram an ICMP error speaks about: the head of it is in the message (RFC 792, RFC 4443).
struct Quoted {
    Endpoint source;
    Endpoint destination;
    std::uint8_t protocol = 0;
};

struct Decoded {
    std::optional<Headers> headers; ///< set, or `skipped` says why not
    SkipReason skipped = SkipReason::NotIp;
    std::optional<Fragment> fragment; ///< also for a later piece, which has no headers
    std::optional<Quoted> quoted;
};

/// Reads link, network and transport headers. Pure; never reads outside `frame`; cost is bounded (at most 8 VLAN tags
/// and 16 IPv6 extension headers). `linkType` is a DLT_ value: see readLinkLayer.
[[nodiscard]] Decoded decode(std::span<const std::uint8_t> frame, int linkType);

/// What only few packets have besides their headers.
struct Rarities {
    std::optional<Fragment> fragment;
    std::optional<Quoted> quoted;
};

/// The same for millions of packets a second: into the caller's memory, both of which must be fresh. Count, or why
/// `headers` mean nothing.
[[nodiscard]] SkipReason decodeInto(std::span<const std::uint8_t> frame, int linkType, Headers& headers,
                                    Rarities& rarities);

} // namespace flowscent::packet
