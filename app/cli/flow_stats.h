// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ostream>

#include "engine/flow/read_flows.h"

namespace flowscent::cli {

/// What a capture gave, one "name<TAB>number" a line: packets, flows, flows of each protocol, ends of flows, packets in
/// no flow by reason; last "damage<TAB>sentence" when the input was damaged.
void writeStatistics(std::ostream& out, const flow::ReadOutcome& read);

} // namespace flowscent::cli
