// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/matrix.h"

/// What evidence speaks of. Numbers of a flow lie "side by side" here as learn::sideBySide has them: packets x fields,
/// then statistics.
namespace flowscent::detect {

/// A statistic, or one field of all packets of a flow together ("the sizes of its packets"). Whether a packet is there
/// is not among them: a flow is always compared with one of as many packets, and how many there are the statistics say.
struct NamedFeature {
    std::string name;  ///< "gap_mean", "packets.size"
    std::string label; ///< "Mean gap", "Signed payload size, packet by packet"
    std::string_view unit;
    bool ofPackets = false;
    std::size_t place = 0; ///< index into features::statisticDefinitions() or sequenceDefinitions()
};

/// Statistics in the schema's order, then fields.
[[nodiscard]] std::span<const NamedFeature> namedFeatures();
/// Index into namedFeatures().
using FeatureIndex = std::uint16_t;

/// A flow's numbers side by side.
[[nodiscard]] std::size_t sideBySideColumns();
/// Which of them a name stands for.
[[nodiscard]] std::vector<std::size_t> columnsOf(const NamedFeature& feature);
/// Sums of `columns` (side by side) by named feature.
[[nodiscard]] std::vector<double> sumsByFeature(std::span<const double> columns);
/// Sums of `columns` by packet, features::sequenceLength numbers; statistics are left out.
[[nodiscard]] std::vector<double> sumsByPacket(std::span<const double> columns);
/// `flow` with what these features name taken from `reference`; both side by side.
void substitute(std::span<float> flow, std::span<const float> reference, std::span<const FeatureIndex> features);

} // namespace flowscent::detect
