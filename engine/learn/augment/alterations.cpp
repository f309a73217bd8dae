// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/augment/alterations.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace flowscent::learn {

namespace {

constexpr double longestPause = 200e3; ///< us within a message; longer than that, a sender has waited for more to say
constexpr double longestEcho = 1e3;    ///< us until a copy of a packet arrives

/// One past the last packet of the message that begins at `begin`.
std::size_t messageEnd(const PacketSketches& packets, std::size_t begin)
{
    std::size_t end = begin + 1;
    while (end < packets.size()) {
        const PacketSketch& last = packets[end - 1];
        const PacketSketch& next = packets[end];
        if (last.push || last.opensOrCloses || next.payload == 0 || next.fromServer != last.fromServer ||
            next.gap > longestPause)
            break;
        ++end;
    }
    return end;
}

void appendSegments(std::span<const PacketSketch> message, std::uint32_t segmentSize, PacketSketches& to)
{
    double waited = 0;      // since the last segment
    std::uint64_t left = 0; // bytes of packets so far that no segment has taken
    for (const PacketSketch& packet : message) {
        waited += packet.gap;
        left += packet.payload;
        const bool last = &packet == &message.back();
        while (left >= segmentSize || (last && left > 0)) {
            const auto size = static_cast<std::uint32_t>(std::min<std::uint64_t>(left, segmentSize));
            to.push_back({.payload = size,
                          .fromServer = packet.fromServer,
                          .gap = waited,
                          .opensOrCloses = false,
                          .push = false,
                          .windowRatio = packet.windowRatio});
            left -= size;
            waited = 0;
        }
    }
    to.back().push = message.back().push;
    to.back().opensOrCloses = message.back().opensOrCloses;
}

} // namespace

double scaledGap(double gap, double factor)
{
    return gap + (factor - 1) * std::min(gap, longestRoundTrip);
}

PacketSketches resegment(const PacketSketches& packets, std::uint32_t segmentSize)
{
    assert(segmentSize > 0);
    PacketSketches segments;
    std::array<bool, 2> spoken{};
    for (std::size_t begin = 0; begin < packets.size();) {
        const PacketSketch& packet = packets[begin];
        bool& before = spoken[packet.fromServer ? 1 : 0];
        const bool whole = packet.payload == 0 || (packet.opensOrCloses && !before);
        const std::size_t end = whole ? begin + 1 : messageEnd(packets, begin);
        if (whole)
            segments.push_back(packet);
        else
            appendSegments({packets.data() + begin, end - begin}, segmentSize, segments);
        before = true;
        begin = end;
    }
    return segments;
}

PacketSketches scaleRoundTrips(const PacketSketches& packets, double factor)
{
    PacketSketches scaled = packets;
    for (std::size_t i = 1; i < scaled.size(); ++i) {
        if (scaled[i].fromServer != scaled[i - 1].fromServer && scaled[i].gap < longestGap)
            scaled[i].gap = scaledGap(scaled[i].gap, factor);
    }
    return scaled;
}

PacketSketches jitter(const PacketSketches& packets, double deviation, base::Rng& rng)
{
    PacketSketches shaken = packets;
    for (std::size_t i = 1; i < shaken.size(); ++i) {
        const double factor = std::exp(deviation * rng.normal() - deviation * deviation / 2);
        if (shaken[i].gap < longestGap)
            shaken[i].gap *= factor;
    }
    return shaken;
}

PacketSketches lose(const PacketSketches& packets, double rate, base::Rng& rng)
{
    PacketSketches seen;
    double waited = 0;
    for (const PacketSketch& packet : packets) {
        const bool spared = seen.empty() || packet.opensOrCloses;
        waited += packet.gap;
        if (rng.uniform() < rate && !spared)
            continue;
        seen.push_back(packet);
        seen.back().gap = waited;
        waited = 0;
    }
    return seen;
}

PacketSketches duplicate(const PacketSketches& packets, double rate, base::Rng& rng)
{
    PacketSketches seen;
    double ahead = 0; // of the next packet's gap, what the copy has used up
    for (std::size_t i = 0; i < packets.size(); ++i) {
        seen.push_back(packets[i]);
        seen.back().gap -= ahead;
        ahead = 0;
        if (!(rng.uniform() < rate))
            continue;
        const double room = i + 1 < packets.size() ? std::min(packets[i + 1].gap, longestEcho) : longestEcho;
        ahead = rng.uniform() * room;
        seen.push_back(packets[i]);
        seen.back().gap = ahead;
    }
    return seen;
}

PacketSketches truncate(const PacketSketches& packets, std::size_t count)
{
    return {packets.begin(), packets.begin() + static_cast<std::ptrdiff_t>(std::min(count, packets.size()))};
}

} // namespace flowscent::learn
