// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/detect/support/flow_traits.h"
#include "engine/flow/read_flows.h"

namespace flowscent::store {

/// Who the named rows of `read.table` were, with the hop limits of each side's first packet and, where that is a SYN,
/// the segment size that it offers. Looks at those packets in the files again, two for each flow: tables do not keep
/// what only an audit of shortcuts asks for. A packed file is unpacked once more. Where there are no packets to be had
/// (rows of logs, a table without places, a pipe that cannot be read a second time) both are unknown.
[[nodiscard]] std::vector<detect::FlowTraits> packetTraits(const flow::ReadOutcome& read,
                                                           std::span<const std::uint32_t> flows);

} // namespace flowscent::store
