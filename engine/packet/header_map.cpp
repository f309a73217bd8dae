// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/header_map.h"

#include "engine/packet/byte_reader.h"
#include "engine/packet/ip_layer.h"
#include "engine/packet/link_layer.h"
#include "engine/packet/tunnel.h"

#include <algorithm>
#include <array>
#include <optional>

namespace flowscent::packet {

namespace {

constexpr int mostTunnels = 4; ///< as decode
constexpr int ethernet = 1;    ///< DLT_EN10MB

std::string hex(std::uint64_t value, int digits)
{
    static constexpr char sign[] = "0123456789abcdef";
    std::string text = "0x";
    for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4)
        text += sign[value >> shift & 0xf];
    return text;
}

std::string flagsText(std::uint8_t flags)
{
    static constexpr std::array<const char*, 8> names{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};
    std::string text = hex(flags, 2);
    for (std::size_t bit = 0; bit < names.size(); ++bit) {
        if ((flags >> bit & 1U) != 0)
            text += std::string(" ") + names[bit];
    }
    return text;
}

std::string protocolName(std::uint8_t protocol)
{
    switch (static_cast<Protocol>(protocol)) {
    case Protocol::Icmp:
        return "1 (ICMP)";
    case Protocol::Tcp:
        return "6 (TCP)";
    case Protocol::Udp:
        return "17 (UDP)";
    case Protocol::Icmp6:
        return "58 (ICMPv6)";
    case Protocol::Sctp:
        return "132 (SCTP)";
    }
    return std::to_string(protocol);
}

class Mapper {
public:
    explicit Mapper(std::span<const std::uint8_t> frame)
        : m_frame(frame)
    {
    }

    void link(int linkType);
    void datagram(std::size_t offset, int depth);
    std::vector<HeaderField> take() { return std::move(m_fields); }

private:
    [[nodiscard]] bool there(std::size_t begin) const { return begin < m_frame.size(); }
    /// What of it the capture has; nothing of it is no field.
    void put(std::string name, std::string value, std::size_t begin, std::size_t length, std::uint8_t depth)
    {
        if (!there(begin) || length == 0)
            return;
        m_fields.push_back({std::move(name), std::move(value), static_cast<std::uint32_t>(begin),
                            static_cast<std::uint32_t>(std::min(length, m_frame.size() - begin)), depth});
    }
    void header(const char* name, std::size_t begin, std::size_t length) { put(name, {}, begin, length, 0); }
    /// A field that is cut off has no value.
    void field(const char* name, std::string value, std::size_t begin, std::size_t length)
    {
        put(name, m_frame.has(begin, length) ? std::move(value) : std::string("cut off"), begin, length, 1);
    }
    void number8(const char* name, std::size_t at) { field(name, std::to_string(m_frame.u8(at)), at, 1); }
    void number16(const char* name, std::size_t at) { field(name, std::to_string(m_frame.u16(at)), at, 2); }
    void number32(const char* name, std::size_t at) { field(name, std::to_string(m_frame.u32(at)), at, 4); }
    void hex16(const char* name, std::size_t at) { field(name, hex(m_frame.u16(at), 4), at, 2); }
    [[nodiscard]] std::string mac(std::size_t at) const;
    void address(const char* name, const IpAddress& address, std::size_t at)
    {
        field(name, text(address), at, address.v6 ? 16 : 4);
    }

    void ethernetHeader(std::size_t end);
    void ipv4(std::size_t offset, const Headers& headers, std::size_t end);
    void ipv6(std::size_t offset, const Headers& headers, std::size_t end);
    void transport(std::uint8_t protocol, std::size_t at, std::uint32_t length);
    void tcp(std::size_t at, std::size_t length);

    ByteReader m_frame;
    std::vector<HeaderField> m_fields;
};

std::string Mapper::mac(std::size_t at) const
{
    std::string text;
    for (std::size_t i = 0; i < 6; ++i)
        text += (i == 0 ? "" : ":") + hex(m_frame.u8(at + i), 2).substr(2);
    return text;
}

void Mapper::ethernetHeader(std::size_t end)
{
    header("Ethernet", 0, end);
    field("Destination", mac(0), 0, 6);
    field("Source", mac(6), 6, 6);
    std::size_t at = 12;
    for (int tags = 0; tags < 8; ++tags) { // 802.1Q, 802.1ad and the two numbers that came before it
        const std::uint16_t type = m_frame.u16(at);
        if ((type != 0x8100 && type != 0x88a8 && type != 0x9100 && type != 0x9200) || at + 6 > end)
            break;
        hex16("Tag type", at);
        field("VLAN", std::to_string(m_frame.u16(at + 2) & 0xfff), at + 2, 2);
        at += 4;
    }
    if (m_frame.u16(at) < 0x600)
        number16("Length", at);
    else
        hex16("Type", at);
    if (at + 2 < end)
        field("Further link headers", std::to_string(end - at - 2) + " bytes", at + 2, end - at - 2);
}

void Mapper::link(int linkType)
{
    const LinkLayer link = readLinkLayer(m_frame, linkType);
    const std::size_t end = link.ip ? link.offset : m_frame.size();
    if (linkType == ethernet)
        ethernetHeader(link.ip ? end : std::min<std::size_t>(14, end));
    else if (link.ip)
        header("Link header", 0, end);
    if (link.ip)
        datagram(end, 0);
    else if (linkType == ethernet)
        put("Payload", std::string(text(link.skipped)), 14, m_frame.size(), 0);
    else
        put("Frame", std::string(text(link.skipped)), 0, m_frame.size(), 0);
}

void Mapper::ipv4(std::size_t offset, const Headers& headers, std::size_t end)
{
    header("IPv4", offset, end - offset);
    field("Header length", std::to_string(m_frame.u8(offset) % 16 * 4) + " bytes", offset, 1);
    field("Differentiated services", hex(m_frame.u8(offset + 1), 2), offset + 1, 1);
    number16("Total length", offset + 2);
    hex16("Identification", offset + 4);
    const std::uint16_t piece = m_frame.u16(offset + 6);
    std::string pieces = std::to_string((piece & 0x1fff) * 8);
    pieces += (piece & 0x4000) != 0 ? ", don't fragment" : "";
    pieces += (piece & 0x2000) != 0 ? ", more fragments" : "";
    field("Fragment offset", std::move(pieces), offset + 6, 2);
    number8("Time to live", offset + 8);
    field("Protocol", protocolName(headers.protocol), offset + 9, 1);
    hex16("Checksum", offset + 10);
    address("Source address", headers.source.address, offset + 12);
    address("Destination address", headers.destination.address, offset + 16);
    if (end > offset + 20)
        field("Options", std::to_string(end - offset - 20) + " bytes", offset + 20, end - offset - 20);
}

void Mapper::ipv6(std::size_t offset, const Headers& headers, std::size_t end)
{
    header("IPv6", offset, end - offset);
    field("Traffic class, flow label", hex(m_frame.u32(offset) & 0x0fffffff, 7), offset, 4);
    number16("Payload length", offset + 4);
    field("Next header", protocolName(m_frame.u8(offset + 6)), offset + 6, 1);
    number8("Hop limit", offset + 7);
    address("Source address", headers.source.address, offset + 8);
    address("Destination address", headers.destination.address, offset + 24);
    if (end > offset + 40)
        field("Extension headers", std::to_string(end - offset - 40) + " bytes", offset + 40, end - offset - 40);
}

void Mapper::tcp(std::size_t at, std::size_t length)
{
    header("TCP", at, length);
    number16("Source port", at);
    number16("Destination port", at + 2);
    number32("Sequence number", at + 4);
    number32("Acknowledgement number", at + 8);
    field("Header length", std::to_string(m_frame.u8(at + 12) / 16 * 4) + " bytes", at + 12, 1);
    field("Flags", flagsText(m_frame.u8(at + 13)), at + 13, 1);
    number16("Window", at + 14);
    hex16("Checksum", at + 16);
    number16("Urgent pointer", at + 18);
    if (length > 20)
        field("Options", std::to_string(length - 20) + " bytes", at + 20, length - 20);
}

void Mapper::transport(std::uint8_t protocol, std::size_t at, std::uint32_t length)
{
    std::size_t headerLength = 0;
    switch (static_cast<Protocol>(protocol)) {
    case Protocol::Tcp:
        headerLength =
            std::min<std::size_t>(std::max<std::size_t>(20, std::size_t{m_frame.u8(at + 12)} / 16 * 4), length);
        if (m_frame.has(at, 13))
            tcp(at, headerLength);
        break;
    case Protocol::Udp:
        headerLength = 8;
        header("UDP", at, headerLength);
        number16("Source port", at);
        number16("Destination port", at + 2);
        number16("Length", at + 4);
        hex16("Checksum", at + 6);
        break;
    case Protocol::Sctp:
        headerLength = 12;
        header("SCTP", at, headerLength);
        number16("Source port", at);
        number16("Destination port", at + 2);
        field("Verification tag", hex(m_frame.u32(at + 4), 8), at + 4, 4);
        field("Checksum", hex(m_frame.u32(at + 8), 8), at + 8, 4);
        break;
    case Protocol::Icmp:
    case Protocol::Icmp6:
        headerLength = 8;
        header(protocol == 1 ? "ICMP" : "ICMPv6", at, headerLength);
        number8("Type", at);
        number8("Code", at + 1);
        hex16("Checksum", at + 2);
        field("Rest of the header", hex(m_frame.u32(at + 4), 8), at + 4, 4);
        break;
    }
    if (length <= headerLength)
        return;
    const std::uint32_t payload = length - static_cast<std::uint32_t>(headerLength);
    const std::size_t begin = at + headerLength;
    const std::size_t have = there(begin) ? std::min<std::size_t>(payload, m_frame.size() - begin) : 0;
    std::string size = std::to_string(payload) + " bytes";
    if (have < payload)
        size += ", of which " + std::to_string(have) + " were captured";
    put("Payload", std::move(size), begin, payload, 0);
}

void Mapper::datagram(std::size_t offset, int depth)
{
    Headers headers;
    Network network;
    const auto refused = readNetwork(m_frame, offset, headers, network);
    if (refused && !network.later()) {
        put("Datagram", std::string(text(*refused)), offset, m_frame.size(), 0);
        return;
    }
    if (headers.source.address.v6)
        ipv6(offset, headers, network.transport);
    else
        ipv4(offset, headers, network.transport);
    const auto carried = depth < mostTunnels && !network.later()
                             ? readTunnel(m_frame, headers.protocol, network.transport)
                             : std::nullopt;
    Headers inner;
    Network within;
    if (carried && (!readNetwork(m_frame, carried->offset, inner, within) || within.later())) {
        put("Tunnel", std::string(text(carried->tunnel)), network.transport, carried->offset - network.transport, 0);
        datagram(carried->offset, depth + 1);
    } else if (network.later()) {
        put("Piece of a datagram", std::to_string(network.length) + " bytes", network.transport, network.length, 0);
    } else {
        transport(headers.protocol, network.transport, network.length);
    }
    const std::size_t end = network.transport + network.length;
    if (depth == 0 && end < m_frame.size())
        put("Trailer", std::to_string(m_frame.size() - end) + " bytes", end, m_frame.size() - end, 0);
}

} // namespace

std::vector<HeaderField> mapHeaders(std::span<const std::uint8_t> frame, int linkType)
{
    if (frame.empty())
        return {};
    Mapper mapper(frame);
    mapper.link(linkType);
    return mapper.take();
}

} // namespace flowscent::packet
