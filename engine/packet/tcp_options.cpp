// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/tcp_options.h"

#include "engine/packet/byte_reader.h"

#include <algorithm>

namespace flowscent::packet {

namespace {

constexpr std::size_t fixedHeader = 20;
constexpr std::size_t longestHeader = 60;

enum Option : std::uint8_t { End = 0, Padding = 1, SegmentSize = 2 };
constexpr std::uint8_t segmentSizeLength = 4;

/// Headers say where the payload begins; the header before it is as long as its own field says.
std::optional<std::size_t> headerBefore(const ByteReader& frame, const Headers& headers)
{
    for (std::size_t length = fixedHeader; length <= std::min<std::size_t>(longestHeader, headers.payloadOffset);
         length += 4) {
        const std::size_t at = headers.payloadOffset - length;
        if (frame.has(at, fixedHeader) && std::size_t{frame.u8(at + 12)} / 16 * 4 == length &&
            frame.u16(at) == headers.source.port && frame.u16(at + 2) == headers.destination.port &&
            frame.u32(at + 4) == headers.tcpSequence)
            return at;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::uint16_t> maximumSegmentSize(std::span<const std::uint8_t> frame, const Headers& headers)
{
    if (headers.protocol != static_cast<std::uint8_t>(Protocol::Tcp) || (headers.tcpFlags & Syn) == 0)
        return std::nullopt;
    const ByteReader bytes(frame);
    const auto header = headerBefore(bytes, headers);
    if (!header)
        return std::nullopt;
    const std::size_t end = std::min<std::size_t>(headers.payloadOffset, bytes.size());
    for (std::size_t at = *header + fixedHeader; at < end;) {
        const std::uint8_t kind = bytes.u8(at);
        if (kind == End)
            return std::nullopt;
        if (kind == Padding) {
            ++at;
            continue;
        }
        const std::uint8_t length = bytes.u8(at + 1);
        if (length < 2 || length > end - at)
            return std::nullopt;
        if (kind == SegmentSize)
            return length == segmentSizeLength ? std::optional(bytes.u16(at + 2)) : std::nullopt;
        at += length;
    }
    return std::nullopt;
}

} // namespace flowscent::packet
