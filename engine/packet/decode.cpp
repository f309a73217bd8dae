// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/headers.h"

#include "engine/packet/byte_reader.h"
#include "engine/packet/icmp.h"
#include "engine/packet/link_layer.h"
#include "engine/packet/tunnel.h"

#include <algorithm>
#include <array>

namespace flowscent::packet {

namespace {

constexpr int mostExtensionHeaders = 16;
constexpr int mostTunnels = 4;

/// Where the transport header begins and how long the datagram's payload is by its own word.
struct Network {
    std::size_t transport = 0; ///< offset of the transport header
    std::uint32_t length = 0;  ///< bytes of the IP payload from there on
    bool laterFragment = false;
};

Decoded skip(SkipReason reason)
{
    return {std::nullopt, reason};
}

void copyAddress(IpAddress& address, const ByteReader& frame, std::size_t offset, bool v6)
{
    address.v6 = v6;
    std::copy_n(frame.at(offset), v6 ? 16 : 4, address.bytes.begin());
}

std::optional<SkipReason> readIpv4(const ByteReader& frame, std::size_t offset, Headers& headers, Network& network)
{
    if (!frame.has(offset, 20))
        return SkipReason::TruncatedHeader;
    const std::size_t headerLength = std::size_t{frame.u8(offset)} % 16 * 4;
    std::uint32_t total = frame.u16(offset + 2);
    if (total == 0) // segmentation offload: the card fills the length in after the capture
        total = static_cast<std::uint32_t>(std::min<std::size_t>(frame.size() - offset, 0xffff));
    if (headerLength < 20 || total < headerLength)
        return SkipReason::Malformed;
    headers.protocol = frame.u8(offset + 9);
    headers.ipLength = total;
    copyAddress(headers.source.address, frame, offset + 12, false);
    copyAddress(headers.destination.address, frame, offset + 16, false);
    network.transport = offset + headerLength;
    network.length = total - static_cast<std::uint32_t>(headerLength);
    network.laterFragment = (frame.u16(offset + 6) & 0x1fff) != 0;
    return std::nullopt;
}

/// RFC 8200, section 4: hop-by-hop 0, routing 43, fragment 44, destination options 60; also authentication 51,
/// mobility 135, HIP 139 and shim6 140, which share the length rule of the options.
bool isExtension(std::uint8_t next)
{
    constexpr std::array<std::uint8_t, 8> extensions{0, 43, 44, 51, 60, 135, 139, 140};
    return std::ranges::find(extensions, next) != extensions.end();
}

std::optional<SkipReason> readIpv6(const ByteReader& frame, std::size_t offset, Headers& headers, Network& network)
{
    if (!frame.has(offset, 40))
        return SkipReason::TruncatedHeader;
    copyAddress(headers.source.address, frame, offset + 8, true);
    copyAddress(headers.destination.address, frame, offset + 24, true);
    std::uint32_t left = frame.u16(offset + 4);
    if (left == 0) // jumbogram or segmentation offload
        left = static_cast<std::uint32_t>(std::min<std::size_t>(frame.size() - offset - 40, 0xffff));
    headers.ipLength = left + 40;
    std::uint8_t next = frame.u8(offset + 6);
    offset += 40;
    for (int count = 0; isExtension(next); ++count) {
        if (count == mostExtensionHeaders)
            return SkipReason::Malformed;
        if (!frame.has(offset, 8))
            return SkipReason::TruncatedHeader;
        std::uint32_t length = (std::uint32_t{frame.u8(offset + 1)} + 1) * 8;
        if (next == 44) {
            length = 8;
            network.laterFragment = (frame.u16(offset + 2) & 0xfff8) != 0;
        } else if (next == 51) {
            length = (std::uint32_t{frame.u8(offset + 1)} + 2) * 4;
        }
        if (length > left)
            return SkipReason::Malformed;
        next = frame.u8(offset);
        offset += length;
        left -= length;
        if (network.laterFragment)
            break;
    }
    headers.protocol = next;
    network.transport = offset;
    network.length = left;
    return std::nullopt;
}

std::optional<SkipReason> readNetwork(const ByteReader& frame, std::size_t offset, Headers& headers, Network& network)
{
    if (!frame.has(offset, 1))
        return SkipReason::TruncatedHeader;
    const int version = frame.u8(offset) >> 4;
    if (version != 4 && version != 6)
        return SkipReason::Malformed;
    const auto refused =
        version == 4 ? readIpv4(frame, offset, headers, network) : readIpv6(frame, offset, headers, network);
    if (refused)
        return refused;
    return network.laterFragment ? std::optional(SkipReason::LaterFragment) : std::nullopt;
}

std::optional<SkipReason> finish(Headers& headers, const Network& network, std::uint32_t headerLength)
{
    if (headerLength > network.length)
        return SkipReason::Malformed;
    headers.payloadLength = network.length - headerLength;
    headers.payloadOffset = static_cast<std::uint32_t>(network.transport) + headerLength;
    return std::nullopt;
}

void readPorts(const ByteReader& frame, std::size_t at, Headers& headers)
{
    headers.source.port = frame.u16(at);
    headers.destination.port = frame.u16(at + 2);
}

std::optional<SkipReason> readTcp(const ByteReader& frame, const Network& network, Headers& headers)
{
    const std::size_t at = network.transport;
    if (!frame.has(at, 20))
        return SkipReason::TruncatedHeader;
    readPorts(frame, at, headers);
    headers.tcpSequence = frame.u32(at + 4);
    headers.tcpAcknowledged = frame.u32(at + 8);
    headers.tcpFlags = frame.u8(at + 13) & 0x3f;
    headers.tcpWindow = frame.u16(at + 14);
    const std::uint32_t headerLength = std::uint32_t{frame.u8(at + 12)} / 16 * 4;
    return headerLength < 20 ? std::optional(SkipReason::Malformed) : finish(headers, network, headerLength);
}

std::optional<SkipReason> readWithPorts(const ByteReader& frame, const Network& network, Headers& headers,
                                        std::uint32_t headerLength)
{
    if (!frame.has(network.transport, headerLength))
        return SkipReason::TruncatedHeader;
    readPorts(frame, network.transport, headers);
    return finish(headers, network, headerLength);
}

/// The key's ports of ICMP are type and answering type, so that a query meets its reply in one flow; a message that is
/// one-way carries type and code.
std::optional<SkipReason> readIcmp(const ByteReader& frame, const Network& network, Headers& headers)
{
    if (!frame.has(network.transport, 4))
        return SkipReason::TruncatedHeader;
    headers.icmpType = frame.u8(network.transport);
    headers.icmpCode = frame.u8(network.transport + 1);
    headers.source.port = headers.icmpType;
    headers.destination.port =
        icmpCounterpart(headers.icmpType, headers.protocol == static_cast<std::uint8_t>(Protocol::Icmp6))
            .value_or(headers.icmpCode);
    return finish(headers, network, std::min<std::uint32_t>(8, network.length));
}

std::optional<SkipReason> readTransport(const ByteReader& frame, const Network& network, Headers& headers)
{
    switch (static_cast<Protocol>(headers.protocol)) {
    case Protocol::Tcp:
        return readTcp(frame, network, headers);
    case Protocol::Udp:
        return readWithPorts(frame, network, headers, 8);
    case Protocol::Sctp:
        return readWithPorts(frame, network, headers, 12);
    case Protocol::Icmp:
    case Protocol::Icmp6:
        return readIcmp(frame, network, headers);
    }
    return SkipReason::OtherProtocol;
}

} // namespace

std::string_view text(SkipReason reason)
{
    switch (reason) {
    case SkipReason::UnknownLinkType:
        return "unknown link type";
    case SkipReason::NotIp:
        return "not IP";
    case SkipReason::TruncatedHeader:
        return "header cut off";
    case SkipReason::Malformed:
        return "malformed header";
    case SkipReason::LaterFragment:
        return "later fragment";
    case SkipReason::OtherProtocol:
        return "other IP protocol";
    case SkipReason::Count:
        break;
    }
    return "";
}

Decoded decode(std::span<const std::uint8_t> bytes, int linkType)
{
    const ByteReader frame(bytes);
    const LinkLayer link = readLinkLayer(frame, linkType);
    if (!link.ip)
        return skip(link.skipped);

    Headers headers;
    std::size_t offset = link.offset;
    for (int tunnels = 0; tunnels <= mostTunnels; ++tunnels) {
        const Tunnel outermost = headers.tunnel;
        headers = {};
        headers.vlan = link.vlan;
        headers.tunnel = outermost;
        Network network;
        if (const auto reason = readNetwork(frame, offset, headers, network))
            return skip(*reason);
        const auto carried = readTunnel(frame, headers.protocol, network.transport);
        if (!carried) {
            if (const auto reason = readTransport(frame, network, headers))
                return skip(*reason);
            return {headers};
        }
        offset = carried->offset;
        if (outermost == Tunnel::None)
            headers.tunnel = carried->tunnel;
    }
    return skip(SkipReason::Malformed);
}

} // namespace flowscent::packet
