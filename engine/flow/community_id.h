// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/flow/flow_record.h"

namespace flowscent::flow {

/// Community ID flow hash, version 1 (https://github.com/corelight/community-id-spec), e.g.
/// "1:LQU9qZlK+B5F3KDmev6m5PMibrg=". The same for both directions. For ICMP the ports of the key hold the type and
/// its counterpart (or code when one-way) as the specification maps them.
[[nodiscard]] std::string communityId(const FlowKey& key, std::uint16_t seed = 0);

} // namespace flowscent::flow
