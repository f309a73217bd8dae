// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "engine/learn/augment/packet_sketch.h"

/// What altered packets do to the 45 statistics of their flow. For this folder and its tests.
namespace flowscent::learn {

/// The payload that fills an ordinary segment (Ethernet, TCP with timestamps), beyond which padding does not go.
inline constexpr std::uint32_t fullSegment = 1448;

/// What was done to the packets.
struct Alteration {
    enum class Kind : std::uint8_t { Segments, RoundTrips, Jitter, Loss, Repetition, CutOff, Evasion };

    Kind kind = Kind::CutOff;
    std::uint32_t segmentSize = 0;               ///< Segments
    double roundTripFactor = 1;                  ///< RoundTrips
    std::array<std::uint32_t, 2> repeated{0, 0}; ///< Repetition: copies per direction that are no part of the sequence
};

/// Whether these packets are all that the flow had, noise left out, so that its statistics can be calculated from them.
[[nodiscard]] bool isWhole(const PacketSketches& packets, std::span<const float> statistics);

/// Gives gaps that were cut at a minute their true length, as far as the statistics of a whole flow tell it: that of
/// one exactly, that of several on average.
void restoreLongGaps(PacketSketches& packets, std::span<const float> statistics);

/// Statistics after `before` became `after`; see augment.h for what changes and what cannot be known.
void restate(std::span<float> statistics, const PacketSketches& before, const PacketSketches& after,
             const Alteration& alteration);

} // namespace flowscent::learn
