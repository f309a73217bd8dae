// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/packet/link_parts.h"

namespace flowscent::packet {

namespace {

std::uint16_t little16(const ByteReader& frame, std::size_t offset)
{
    return static_cast<std::uint16_t>(frame.u8(offset) | frame.u8(offset + 1) << 8);
}

/// Radiotap's flags, which stand behind a time stamp where there is one; 0 without them.
std::uint8_t radiotapFlags(const ByteReader& frame, std::size_t length)
{
    constexpr std::uint8_t more = 0x80; ///< in the last byte of a word of presence bits: another word follows
    std::size_t fields = 4;
    while (frame.has(fields, 4) && fields + 4 < length && (frame.u8(fields + 3) & more) != 0)
        fields += 4;
    fields += 4;
    const std::uint8_t present = frame.u8(4);
    const bool timeStamp = (present & 1) != 0;
    if ((present & 2) == 0)
        return 0;
    return frame.u8(timeStamp ? (fields + 7) / 8 * 8 + 8 : fields);
}

} // namespace

LinkLayer afterWlan(const ByteReader& frame, std::size_t offset, bool padded)
{
    if (!frame.has(offset, 2))
        return noIp(SkipReason::TruncatedHeader);
    const std::uint8_t control = frame.u8(offset);
    const std::uint8_t flags = frame.u8(offset + 1);
    const bool data = (control & 0x0c) == 0x08;
    const bool empty = (control & 0x40) != 0;
    const bool quality = (control & 0x80) != 0;
    const bool bothDistributed = (flags & 0x03) == 0x03;
    const bool isProtected = (flags & 0x40) != 0;
    const bool extended = (flags & 0x80) != 0;
    if (!data || empty || isProtected)
        return noIp(SkipReason::NotIp);
    std::size_t header = bothDistributed ? 30 : 24;
    if (quality) {
        if (!frame.has(offset + header, 2))
            return noIp(SkipReason::TruncatedHeader);
        if ((frame.u8(offset + header) & 0x80) != 0) // several frames in one
            return noIp(SkipReason::NotIp);
        header += extended ? 6 : 2;
    }
    return afterLlc(frame, offset + (padded ? (header + 3) / 4 * 4 : header));
}

LinkLayer afterRadiotap(const ByteReader& frame)
{
    constexpr std::uint8_t headerPadded = 0x20;
    if (!frame.has(0, 8))
        return noIp(SkipReason::TruncatedHeader);
    const std::size_t length = little16(frame, 2);
    if (length < 8)
        return noIp(SkipReason::Malformed);
    return afterWlan(frame, length, (radiotapFlags(frame, length) & headerPadded) != 0);
}

LinkLayer afterNflog(const ByteReader& frame)
{
    constexpr std::uint16_t payload = 9; ///< NFULA_PAYLOAD
    constexpr std::uint16_t kind = 0x7fff;
    if (!frame.has(0, 4))
        return noIp(SkipReason::TruncatedHeader);
    for (std::size_t offset = 4; frame.has(offset, 4);) { // numbers in the byte order of the machine: little-endian
        const std::size_t length = little16(frame, offset);
        if (length < 4)
            return noIp(SkipReason::Malformed);
        if ((little16(frame, offset + 2) & kind) == payload)
            return {.ip = true, .offset = offset + 4};
        offset += (length + 3) / 4 * 4;
    }
    return noIp(SkipReason::NotIp);
}

} // namespace flowscent::packet
