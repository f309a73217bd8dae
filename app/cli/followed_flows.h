// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <string>

#include "app/cli/flow_rows.h"
#include "engine/flow/flow_assembler.h"

namespace flowscent::cli {

/// Writes each flow of a capture that is still being written as soon as it ends, and the rest when it is stopped; gives
/// the exit code. An output file grows line by line, so that it can be followed as well.
[[nodiscard]] int writeFollowedFlows(const std::string& capture, flow::AssemblerSettings settings,
                                     const std::string& output, RowFormat format, const std::stop_token& stop);

} // namespace flowscent::cli
