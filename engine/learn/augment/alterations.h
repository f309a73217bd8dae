// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

#include "engine/base/random.h"
#include "engine/learn/augment/packet_sketch.h"

/// What another network, another sender's stack or another capture would have made of the same conversation. All of
/// them are pure: packets in, packets out, which may be more than a row of features holds.
namespace flowscent::learn {

/// A longer pause holds more waiting than travelling: so much of a gap at most is taken for a round trip.
inline constexpr double longestRoundTrip = 1e6; ///< us

/// What becomes of a gap between packets of opposite directions when round trips take `factor` times as long.
[[nodiscard]] double scaledGap(double gap, double factor);

/// TCP's byte stream in segments of at most `segmentSize` > 0 bytes. Consecutive packets with payload of one direction
/// are one message, up to a PSH, SYN, FIN or RST or before a pause of more than 200 ms; each message is cut anew, all
/// its segments full but the last. A segment leaves with the packet that held its last byte, whose window it has; PSH
/// goes to the last segment, and so do FIN and RST; a SYN with data stays as it is. Bytes, directions and the time in
/// all are kept; done twice with the same size, it is the same as once. Not for datagrams, whose borders the
/// application has drawn.
[[nodiscard]] PacketSketches resegment(const PacketSketches& packets, std::uint32_t segmentSize);

/// Round trips take `factor` > 0 times as long: scaledGap wherever the direction changes; gaps of a minute, of which
/// the true length is unknown, and those within a burst stay.
[[nodiscard]] PacketSketches scaleRoundTrips(const PacketSketches& packets, double factor);

/// Each gap times its own factor, log-normal with mean 1 and `deviation` of the logarithm. Gaps of a minute stay.
[[nodiscard]] PacketSketches jitter(const PacketSketches& packets, double deviation, base::Rng& rng);

/// Each packet is missing with probability `rate`, and the next one comes so much later after the one before. Spared
/// are the first packet, which decides who the client is, and those that open or close.
[[nodiscard]] PacketSketches lose(const PacketSketches& packets, double rate, base::Rng& rng);

/// Each packet comes twice with probability `rate`, the second time within a millisecond and before the next packet. Of
/// datagrams only: TCP's copies are noise, which extraction leaves out.
[[nodiscard]] PacketSketches duplicate(const PacketSketches& packets, double rate, base::Rng& rng);

/// The first `count` packets.
[[nodiscard]] PacketSketches truncate(const PacketSketches& packets, std::size_t count);

} // namespace flowscent::learn
