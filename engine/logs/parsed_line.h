// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <variant>

#include "engine/flow/flow_record.h"
#include "engine/flow/log_report.h"

namespace flowscent::logs {

/// A flow as one line tells it.
struct LoggedFlow {
    flow::FlowRecord record;
    std::string communityId; ///< as the log has it; empty when it has none
};
/// A line that says something else: a comment, a header.
struct NoEvent {};
/// A whole line about something that is no flow.
struct OtherEvent {};
/// The log is none of flows, and no later line will change that.
struct WrongLog {
    std::string why; ///< "is Zeek's log of 'dns', not of connections"
};

using ParsedLine = std::variant<NoEvent, LoggedFlow, OtherEvent, flow::LineFault, WrongLog>;

} // namespace flowscent::logs
