// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/ip_layer.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace flowscent::packet {

namespace {

constexpr int mostExtensionHeaders = 16;

/// Writes whole words: an address is read as words soon after, and the processor stalls when it must put one together
/// from smaller writes.
void copyAddress(IpAddress& address, const ByteReader& frame, std::size_t offset, bool v6)
{
    address.v6 = v6;
    if (v6) {
        std::memcpy(address.bytes.data(), frame.at(offset), 16);
        return;
    }
    std::array<std::uint64_t, 2> words{};
    std::memcpy(words.data(), frame.at(offset), 4);
    std::memcpy(address.bytes.data(), words.data(), sizeof words);
}

Fragment fragmentOf(const Headers& headers, std::uint32_t identification, std::uint32_t offset, bool last,
                    std::uint32_t length)
{
    return {.source = headers.source.address,
            .destination = headers.destination.address,
            .protocol = headers.protocol,
            .identification = identification,
            .offset = offset,
            .length = length,
            .last = last};
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
    headers.hopLimit = frame.u8(offset + 8);
    headers.protocol = frame.u8(offset + 9);
    headers.ipLength = total;
    copyAddress(headers.source.address, frame, offset + 12, false);
    copyAddress(headers.destination.address, frame, offset + 16, false);
    network.transport = offset + headerLength;
    network.length = total - static_cast<std::uint32_t>(headerLength);
    const std::uint16_t piece = frame.u16(offset + 6);
    if ((piece & 0x3fff) != 0) // not "don't fragment"
        network.fragment =
            fragmentOf(headers, frame.u16(offset + 4), (piece & 0x1fff) * 8U, (piece & 0x2000) == 0, network.length);
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
    headers.hopLimit = frame.u8(offset + 7);
    offset += 40;
    for (int count = 0; isExtension(next); ++count) {
        if (count == mostExtensionHeaders)
            return SkipReason::Malformed;
        if (!frame.has(offset, 8))
            return SkipReason::TruncatedHeader;
        std::uint32_t length = (std::uint32_t{frame.u8(offset + 1)} + 1) * 8;
        if (next == 44) {
            length = 8;
            const std::uint16_t piece = frame.u16(offset + 2);
            headers.protocol = frame.u8(offset);
            if ((piece & 0xfff9) != 0) // else an "atomic" one, which is whole (RFC 6946)
                network.fragment = fragmentOf(headers, frame.u32(offset + 4), piece & 0xfff8U, (piece & 1) == 0,
                                              left - std::min(left, length));
        } else if (next == 51) {
            length = (std::uint32_t{frame.u8(offset + 1)} + 2) * 4;
        }
        if (length > left)
            return SkipReason::Malformed;
        next = frame.u8(offset);
        offset += length;
        left -= length;
        if (network.later())
            break;
    }
    headers.protocol = next;
    network.transport = offset;
    network.length = left;
    return std::nullopt;
}

} // namespace

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
    return network.later() ? std::optional(SkipReason::LaterFragment) : std::nullopt;
}

} // namespace flowscent::packet
