// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/flow/read_flows.h"

/// For this module only.
namespace flowscent::store {

/// TTL or hop limit of a flow's first packet from each side; 0 when there is none.
struct HopLimits {
    std::uint8_t client = 0;
    std::uint8_t server = 0;
};

/// Of the named rows of `read.table`, which must have kept its places. Looks at those packets in the files again:
/// tables do not keep what only an audit of shortcuts asks for. Files that cannot be read a second time (a pipe) give
/// zeros.
[[nodiscard]] std::vector<HopLimits> hopLimits(const flow::ReadOutcome& read, std::span<const std::uint32_t> flows);

} // namespace flowscent::store
