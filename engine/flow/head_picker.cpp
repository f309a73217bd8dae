// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/head_picker.h"

#include <algorithm>

namespace flowscent::flow {

using packet::Headers;
using packet::Protocol;
using packet::TcpFlag;

namespace {

constexpr std::size_t longestPayload = 4096; ///< longer ones come from cards that join segments

bool isTcp(const Headers& headers)
{
    return headers.protocol == static_cast<std::uint8_t>(Protocol::Tcp);
}

/// Makes the IP header of the copy fit what was copied: a dissector distrusts a datagram shorter than it says.
void setLength(std::span<std::uint8_t> datagram)
{
    const bool v6 = datagram[0] >> 4 == 6;
    const std::size_t at = v6 ? 4 : 2;
    const std::size_t length = datagram.size() - (v6 ? 40 : 0);
    datagram[at] = static_cast<std::uint8_t>(length >> 8);
    datagram[at + 1] = static_cast<std::uint8_t>(length);
}

} // namespace

bool HeadPicker::wants(const PacketNote& note)
{
    const Headers& headers = note.headers;
    if (!isTcp(headers) && headers.protocol != static_cast<std::uint8_t>(Protocol::Udp))
        return false;
    Pair& pair = m_pairs[note.hash % pairs];
    const auto tag = static_cast<std::uint32_t>(note.hash >> 32);
    const auto now = static_cast<std::uint32_t>(note.time / base::nanosecondsPerSecond);
    const bool opens = isTcp(headers) && (headers.tcpFlags & (TcpFlag::Syn | TcpFlag::Ack)) == TcpFlag::Syn;
    if (pair.tag != tag || opens || now - pair.since > pause)
        pair = {.tag = tag};
    pair.since = now;
    if (headers.payloadLength == 0 || pair.taken == mostPackets)
        return false;
    ++pair.taken;
    return true;
}

void carryHead(std::span<const std::uint8_t> frame, PacketNote& note, PacketBatch& batch)
{
    const Headers& headers = note.headers;
    const std::size_t end = std::size_t{headers.payloadOffset} + headers.payloadLength; // of the datagram
    if (headers.ipLength > end || headers.payloadOffset >= frame.size())
        return;
    const std::size_t begin = end - headers.ipLength;
    const std::size_t captured = std::min(end, frame.size());
    const std::size_t copied = std::min(captured, headers.payloadOffset + longestPayload);
    const std::size_t version = frame[std::min(begin, frame.size() - 1)] >> 4;
    const std::size_t shortest = version == 6 ? 40 : 20;
    if (begin + shortest > headers.payloadOffset || version != (headers.source.address.v6 ? 6U : 4U))
        return;
    const auto at = static_cast<std::uint32_t>(batch.bytes.size());
    batch.bytes.insert(batch.bytes.end(), frame.begin() + static_cast<std::ptrdiff_t>(begin),
                       frame.begin() + static_cast<std::ptrdiff_t>(copied));
    if (copied < captured)
        setLength(std::span(batch.bytes).subspan(at));
    batch.heads.push_back(
        {at, static_cast<std::uint32_t>(copied - begin), static_cast<std::uint32_t>(headers.payloadOffset - begin)});
    note.head = static_cast<std::uint32_t>(batch.heads.size());
}

} // namespace flowscent::flow
