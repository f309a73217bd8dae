// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace flowscent::learn {

/// One packet of a raw packet sequence: what cannot be derived from the packets around it.
struct PacketSketch {
    std::uint32_t payload = 0; ///< bytes
    bool fromServer = false;
    double gap = 0;             ///< us since the packet before, 0 for the first; may exceed what a row can hold
    bool opensOrCloses = false; ///< SYN, FIN or RST
    bool push = false;
    double windowRatio = 0; ///< log((window + 1) / (window of reference + 1)), one reference for each direction

    friend bool operator==(const PacketSketch&, const PacketSketch&) = default;
};

using PacketSketches = std::vector<PacketSketch>;

inline constexpr double longestGap = 60e6; ///< us; a row holds no longer ones

/// The packets of a row of FeatureSet::sequences, up to the first that is not valid.
[[nodiscard]] PacketSketches readPackets(std::span<const float> row);
/// The row that extraction makes of these packets: the first 32 of them, directions and places in bursts counted, the
/// first gap 0, gaps cut at a minute, windows related to the first of the same direction, zeros behind the last packet.
void writePackets(const PacketSketches& packets, std::span<float> row);

/// Microseconds from the first packet to the last.
[[nodiscard]] double timeOf(const PacketSketches& packets);

} // namespace flowscent::learn
