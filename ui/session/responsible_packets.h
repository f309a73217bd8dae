// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "ui/session/explained_flow.h"

namespace flowscent::ui {

inline constexpr std::size_t mostResponsible = 8; ///< packets of a flow that are pointed at for one feature

/// Which packets of the flow a named feature comes from, ascending, counted from 0 in the order of the flow's places
/// and observations. Of a field, packet by packet: those that move the score most in the feature's direction. Of a
/// statistic: those that it is made of - the longest gaps of a mean gap above what is normal, the shortest of one below
/// it. Only the packets that the table keeps can be named, the first flow::keptObservations. Empty where no packet is
/// to blame more than another, for the transport protocol say.
[[nodiscard]] std::vector<std::uint32_t> responsiblePackets(const flow::FlowTable& table, flow::FlowId flow,
                                                            const detect::Evidence& evidence,
                                                            detect::FeatureIndex feature);

} // namespace flowscent::ui
