// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/random.h"
#include "engine/features/extract.h"

namespace flowscent::learn {

/// How likely each alteration is for a flow, and how strong. The first number of each group is a probability, 0..1.
struct AugmentSettings {
    double resegment = 0.3;
    std::vector<std::uint32_t> segmentSizes{536,  1220, 1348, 1400,
                                            1448, 1460, 2896}; ///< bytes, >= 64; one drawn uniformly

    double scaleRoundTrips = 0.3;
    double leastFactor = 0.5; ///< > 0; the factor's logarithm is uniform between the two
    double largestFactor = 2.0;

    double jitter = 0.3;
    double jitterDeviation = 0.2; ///< of the logarithm of each gap's factor, 0..3

    double lose = 0.2;
    double lossRate = 0.02; ///< of packets, 0..1

    double duplicate = 0.2;
    double duplicateRate = 0.02; ///< of packets, 0..1

    double truncate = 0.2;
    std::uint32_t fewestPackets = 4; ///< 1..32; cut behind so many to 32 packets, uniform

    friend bool operator==(const AugmentSettings&, const AugmentSettings&) = default;
};

/// Argument error that names the first setting out of its range.
[[nodiscard]] base::Result<void> check(const AugmentSettings& settings);

/// The same flows as another network, another sender's stack and another capture might have shown them, one variant
/// each; what captures have in common by accident (segment sizes, round trips, losses) stops telling classes. Rows are
/// raw features. The alterations (alterations.h) are applied in the order of the settings, each with its own
/// probability; a flow that none hits keeps its row to the last bit. Sequences are always such as extraction could have
/// produced. Deterministic from the generator, of which every flow takes one number: what happens to one flow moves
/// nothing in another. Settings must pass `check`.
///
/// Segments are not recut where this would leave a flow that goes on behind its 32 packets with fewer, as nobody knows
/// what would have come next. TCP's losses are sent again and then are noise (out of order), as its copies are: packets
/// and noise_share count them, the sequence does not show them.
///
/// Statistics of a flow all of whose packets lie in its sequence (noise left out), and of any flow that was cut off,
/// which then is one: everything is calculated anew from the altered packets by the code that extraction uses. Not
/// visible in a sequence and therefore kept: zero_windows, is_tcp, handshake_seen; syn, fin and rst, of which a cut
/// leaves as many as there are flags left; the noise, of which a cut leaves as much for each packet as there was.
/// handshake_rtt follows the gap between SYN and SYN-ACK. Where several gaps exceed the minute that a row can say, each
/// counts as their average; where a clock ran backwards, as if it had stood still.
///
/// Statistics of a flow that goes on: the eight first_payload_ and payload_*_q figures of its first 32 packets and
/// handshake_rtt as above, and
/// - resegment: payload_*_max is cut, packets and with_payload grow to payload / size, means and shares follow,
///   payload_*_std is cut at size / 2;
/// - scaleRoundTrips: duration, gap means and deviations grow as the sequence's time did, gap_max as one gap would;
/// - lose, duplicate: packets, payload, with_payload, PSH and noise shares differ by what the sequence lost or gained;
/// - always: gap_min, gap_max and payload_*_max include the sequence's, shares and rates follow.
/// All others stay as they were: what the rest of the flow would have looked like cannot be known.
[[nodiscard]] features::FeatureSet augment(const features::FeatureSet& flows, const AugmentSettings& settings,
                                           base::Rng& rng);

} // namespace flowscent::learn
