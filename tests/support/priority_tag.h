// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/packet/headers.h"

/// Frames without a tag are read at one go, tagged ones layer by layer. Both ways must say the same; header-only, for
/// tests and fuzz targets.
namespace flowscent::test {

/// The Ethernet frame with a tag of VLAN 0 (IEEE 802.1Q: priority only), which says nothing of the packet.
[[nodiscard]] inline std::vector<std::uint8_t> priorityTagged(std::span<const std::uint8_t> frame)
{
    constexpr std::size_t addresses = 12;
    std::vector<std::uint8_t> tagged(frame.size() + 4);
    std::ranges::copy(frame.first(addresses), tagged.begin());
    tagged[addresses] = 0x81;
    std::ranges::copy(frame.subspan(addresses), tagged.begin() + addresses + 4);
    return tagged;
}

/// Whether a frame and its tagged twin were read alike. One without an Ethernet header, or with a tag already, has no
/// twin that could disagree.
[[nodiscard]] inline bool readsLikeItsTaggedTwin(std::span<const std::uint8_t> frame)
{
    using namespace packet;
    constexpr std::size_t header = 14;
    const unsigned type = frame.size() < header ? 0U : frame[12] * 256U + frame[13];
    if (frame.size() < header || type == 0x8100 || type == 0x88a8 || type == 0x9100)
        return true;
    const Decoded plain = decode(frame, 1);
    const Decoded tagged = decode(priorityTagged(frame), 1);
    if (plain.headers.has_value() != tagged.headers.has_value() ||
        plain.fragment.has_value() != tagged.fragment.has_value() ||
        plain.quoted.has_value() != tagged.quoted.has_value())
        return false;
    if (!plain.headers)
        return plain.skipped == tagged.skipped;
    const Headers& a = *plain.headers;
    const Headers& b = *tagged.headers;
    return a.source == b.source && a.destination == b.destination && a.protocol == b.protocol &&
           a.tcpFlags == b.tcpFlags && a.tcpWindow == b.tcpWindow && a.tcpSequence == b.tcpSequence &&
           a.tcpAcknowledged == b.tcpAcknowledged && a.ipLength == b.ipLength && a.payloadLength == b.payloadLength &&
           a.payloadOffset + 4 == b.payloadOffset && a.vlan == b.vlan && a.tunnel == b.tunnel &&
           a.icmpType == b.icmpType && a.icmpCode == b.icmpCode && a.hopLimit == b.hopLimit;
}

} // namespace flowscent::test
