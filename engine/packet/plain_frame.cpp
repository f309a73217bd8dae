// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/plain_frame.h"

#include "engine/packet/byte_reader.h"
#include "engine/packet/tunnel_parts.h"

#include <algorithm>
#include <cstring>

namespace flowscent::packet {

namespace {

constexpr std::size_t linkHeader = 14;
constexpr std::size_t ipv4Header = 20;
constexpr std::size_t ipv6Header = 40;
constexpr std::size_t tcpHeader = 20;
constexpr std::size_t udpHeader = 8;

struct Datagram {
    std::size_t header = 0;    ///< bytes; 0 when it is not plain
    std::uint32_t payload = 0; ///< bytes by its own word
    std::uint8_t protocol = 0;
};

Datagram ipv4(std::span<const std::uint8_t> frame)
{
    const std::uint8_t* ip = frame.data() + linkHeader;
    const std::uint16_t total = number16(ip + 2);
    const bool piece = (number16(ip + 6) & 0x3fff) != 0;
    if (ip[0] != 0x45 || piece || total < ipv4Header)
        return {};
    return {ipv4Header, total - static_cast<std::uint32_t>(ipv4Header), ip[9]};
}

Datagram ipv6(std::span<const std::uint8_t> frame)
{
    const std::uint8_t* ip = frame.data() + linkHeader;
    const std::uint16_t length = number16(ip + 4);
    if (frame.size() < linkHeader + ipv6Header || ip[0] >> 4 != 6 || length == 0)
        return {};
    return {ipv6Header, length, ip[6]};
}

void setAddresses(Headers& headers, const std::uint8_t* ip, bool v6)
{
    const std::size_t length = v6 ? 16 : 4;
    const std::uint8_t* at = ip + (v6 ? 8 : 12);
    headers.source.address.v6 = headers.destination.address.v6 = v6;
    if (v6) {
        std::memcpy(headers.source.address.bytes.data(), at, 16);
        std::memcpy(headers.destination.address.bytes.data(), at + length, 16);
        return;
    }
    // As whole words: they are read as such soon after, and putting one together from smaller writes stalls.
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), at, 4);
    std::memcpy(headers.source.address.bytes.data(), words.data(), 16);
    std::memcpy(words.data(), at + length, 4);
    std::memcpy(headers.destination.address.bytes.data(), words.data(), 16);
}

} // namespace

bool readPlainFrame(std::span<const std::uint8_t> frame, Headers& headers)
{
    if (frame.size() < linkHeader + ipv4Header + udpHeader)
        return false;
    const std::uint16_t type = number16(frame.data() + 12);
    const bool v6 = type == 0x86dd;
    if (!v6 && type != 0x0800)
        return false;
    const Datagram datagram = v6 ? ipv6(frame) : ipv4(frame);
    const std::size_t at = linkHeader + datagram.header;
    if (datagram.header == 0 || frame.size() < at + udpHeader)
        return false;
    const std::uint8_t* transport = frame.data() + at;
    const std::uint16_t source = number16(transport);
    const std::uint16_t destination = number16(transport + 2);
    std::uint32_t header = udpHeader;
    if (datagram.protocol == static_cast<std::uint8_t>(Protocol::Tcp)) {
        if (frame.size() < at + tcpHeader || datagram.payload < tcpHeader || transport[12] < 0x50)
            return false;
        header = std::min(std::uint32_t{transport[12]} / 16 * 4, datagram.payload);
        headers.tcpSequence = number32(transport + 4);
        headers.tcpAcknowledged = number32(transport + 8);
        headers.tcpFlags = transport[13] & 0x3f;
        headers.tcpWindow = number16(transport + 14);
    } else if (datagram.protocol != static_cast<std::uint8_t>(Protocol::Udp) || datagram.payload < udpHeader ||
               isTunnelPort(source) || isTunnelPort(destination)) {
        return false;
    }
    setAddresses(headers, frame.data() + linkHeader, v6);
    headers.source.port = source;
    headers.destination.port = destination;
    headers.protocol = datagram.protocol;
    headers.hopLimit = frame[linkHeader + (v6 ? 7 : 8)];
    headers.ipLength = datagram.payload + static_cast<std::uint32_t>(datagram.header);
    headers.payloadLength = datagram.payload - header;
    headers.payloadOffset = static_cast<std::uint32_t>(at) + header;
    return true;
}

} // namespace flowscent::packet
