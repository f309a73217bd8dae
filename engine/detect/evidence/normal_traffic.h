// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "engine/base/error.h"
#include "engine/features/extract.h"

namespace flowscent::detect {

/// Values that do occur: the smallest below or at which a quarter, half and three quarters lie (type 1 of Hyndman and
/// Fan, "Sample quantiles in statistical packages", 1996). Half a flag is none, so nothing is interpolated.
struct Quartiles {
    float lower = 0;
    float median = 0;
    float upper = 0;

    friend bool operator==(const Quartiles&, const Quartiles&) = default;
};

/// What benign traffic looks like, in native units. A quarter of strange flows in it moves no median far, so that a
/// background that holds some of the threat will do. Plain value.
struct NormalTraffic {
    std::vector<Quartiles> statistics; ///< per statistic
    /// Per packet and field (packet-major), over the flows that have that packet; where those are too few, over all
    /// packets.
    std::vector<Quartiles> packets;
    std::size_t flows = 0;

    friend bool operator==(const NormalTraffic&, const NormalTraffic&) = default;
};

inline constexpr std::size_t leastFlowsPerPacket = 8; ///< fewer give no quartiles of a packet of their own

/// Support error without a flow, Argument when the flows' sizes are not the feature table's.
[[nodiscard]] base::Result<NormalTraffic> normalTraffic(const features::FeatureSet& raw);

/// The normal flow that each of `raw` is compared with: every statistic the median, and as many packets as the flow
/// has, each with the medians of its place. What evidence shows (quartiles), integrates from, and puts in for a masked
/// feature is so the same number; a single real flow would bring its own oddities, an average over several could not be
/// shown, and a flow of other packets would make the model see packets that are half there. Native units.
[[nodiscard]] features::FeatureSet normalTwins(const NormalTraffic& normal, const features::FeatureSet& raw);

} // namespace flowscent::detect
