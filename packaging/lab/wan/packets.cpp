// SPDX-License-Identifier: GPL-3.0-or-later
#include "packets.h"

#include <algorithm>

namespace flowscent::wan {
namespace {

using View = std::span<const std::uint8_t>;

constexpr std::size_t header4 = 20;
constexpr std::size_t header6 = 40;
constexpr std::size_t icmpHeader = 8;
constexpr std::uint8_t icmp4 = 1;
constexpr std::uint8_t icmp6 = 58;
constexpr std::uint8_t fragment6 = 44;

std::uint64_t big(View bytes)
{
    std::uint64_t value = 0;
    for (const auto byte : bytes)
        value = value << 8 | byte;
    return value;
}

void put(Bytes& out, std::uint64_t value, int bytes)
{
    while (bytes-- > 0)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * bytes)));
}

Address address4(View packet, std::size_t at)
{
    return {0, 0xffff'0000'0000 | big(packet.subspan(at, 4))};
}

Address address6(View packet, std::size_t at)
{
    return {big(packet.subspan(at, 8)), big(packet.subspan(at + 8, 8))};
}

void put(Bytes& out, const Address& address)
{
    put(out, address.high, 8);
    put(out, address.low, 8);
}

std::uint16_t internetChecksum(View bytes, std::uint64_t sum = 0)
{
    for (std::size_t i = 0; i < bytes.size(); i += 2)
        sum += big(bytes.subspan(i, std::min<std::size_t>(2, bytes.size() - i))) << (i + 1 < bytes.size() ? 0 : 8);
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

void setChecksum(Bytes& packet, std::size_t at, std::uint16_t checksum)
{
    packet[at] = static_cast<std::uint8_t>(checksum >> 8);
    packet[at + 1] = static_cast<std::uint8_t>(checksum);
}

bool isHost(const Address& address)
{
    if (address.isIpv4())
        return (address.low & 0xffffffff) != 0 && (address.low >> 24 & 0xff) < 224;
    return (address.high | address.low) != 0 && address.high >> 56 != 0xff;
}

bool isIcmpError4(View packet)
{
    const std::size_t header = 4 * std::size_t{packet[0] & 0x0fU};
    if (packet[9] != icmp4 || packet.size() <= header)
        return false;
    const auto type = packet[header];
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

std::optional<Bytes> tooBig4(View packet, const Address& router, std::size_t mtu)
{
    const bool mayFragment = (packet[6] & 0x40) == 0;
    const bool laterFragment = (big(packet.subspan(6, 2)) & 0x1fff) != 0;
    if (mayFragment || laterFragment || isIcmpError4(packet))
        return std::nullopt;
    const auto quoted = packet.first(std::min(packet.size(), 4 * std::size_t{packet[0] & 0x0fU} + 8));
    const auto size = header4 + icmpHeader + quoted.size();
    Bytes answer;
    answer.reserve(size);
    put(answer, 0x45'c0, 2); // no options; internetwork control, as RFC 1812 asks
    put(answer, size, 2);
    put(answer, 0, 4); // never fragmented
    put(answer, 64, 1);
    put(answer, icmp4, 1);
    put(answer, 0, 2);
    put(answer, router.low, 4);
    put(answer, big(packet.subspan(12, 4)), 4);
    put(answer, 0x03'04, 2);
    put(answer, 0, 4);
    put(answer, mtu, 2);
    answer.insert(answer.end(), quoted.begin(), quoted.end());
    setChecksum(answer, 10, internetChecksum(View(answer).first(header4)));
    setChecksum(answer, header4 + 2, internetChecksum(View(answer).subspan(header4)));
    return answer;
}

std::optional<Bytes> tooBig6(View packet, const Address& router, std::size_t mtu)
{
    const auto next = packet[6];
    if (next == icmp6 && packet.size() > header6 && packet[header6] < 128)
        return std::nullopt;
    if (next == fragment6 && packet.size() >= header6 + 4 && (big(packet.subspan(header6 + 2, 2)) & 0xfff8) != 0)
        return std::nullopt;
    const auto quoted = packet.first(std::min<std::size_t>(packet.size(), 1280 - header6 - icmpHeader));
    const auto size = icmpHeader + quoted.size();
    Bytes answer;
    answer.reserve(header6 + size);
    put(answer, 0x6000'0000, 4);
    put(answer, size, 2);
    put(answer, icmp6, 1);
    put(answer, 64, 1);
    put(answer, router);
    put(answer, address6(packet, 8));
    put(answer, 0x02'00, 2);
    put(answer, 0, 2);
    put(answer, mtu, 4);
    answer.insert(answer.end(), quoted.begin(), quoted.end());
    // The pseudo header of RFC 8200 8.1: both addresses, the length and the protocol.
    const auto pseudo = static_cast<std::uint16_t>(~internetChecksum(View(answer).subspan(8, 32), size + icmp6));
    setChecksum(answer, header6 + 2, internetChecksum(View(answer).subspan(header6), pseudo));
    return answer;
}

} // namespace

std::optional<Ends> endsOf(View packet)
{
    if (packet.size() >= header4 && packet[0] >> 4 == 4) {
        const std::size_t header = 4 * std::size_t{packet[0] & 0x0fU};
        if (header < header4 || header > packet.size() || big(packet.subspan(2, 2)) != packet.size())
            return std::nullopt;
        return Ends{address4(packet, 12), address4(packet, 16)};
    }
    if (packet.size() >= header6 && packet[0] >> 4 == 6 && big(packet.subspan(4, 2)) == packet.size() - header6) {
        const Ends ends{address6(packet, 8), address6(packet, 24)};
        // IPv4 written as IPv6 is never on a wire and would be taken for IPv4 here.
        if (!ends.source.isIpv4() && !ends.destination.isIpv4())
            return ends;
    }
    return std::nullopt;
}

std::optional<Bytes> tooBig(View packet, const Address& router, std::size_t mtu)
{
    const auto ends = endsOf(packet);
    if (!ends || !isHost(ends->source) || !isHost(ends->destination))
        return std::nullopt;
    return router.isIpv4() ? tooBig4(packet, router, mtu) : tooBig6(packet, router, mtu);
}

} // namespace flowscent::wan
