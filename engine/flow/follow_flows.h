// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>

#include "engine/flow/flow_assembler.h"

namespace flowscent::flow {

/// How following ended. `damage` is set when it ended for another reason than a request to stop or a writer that closed
/// its pipe; the flows before it are good.
struct FollowOutcome {
    AssemblerCounters counters;
    std::optional<base::Error> damage;
};

/// What becomes of the flows, on the calling thread. Either ends following by giving false.
struct FollowSinks {
    std::function<bool(const FlowRecord&)> ended; ///< each flow when it ends
    std::function<bool()> waiting;                ///< about ten times a second while nothing comes; may be empty
};

/// Follows a capture that is still being written, or a pipe, until `stop`, and ends what is open then. While nothing
/// comes, the flows' clock goes on with the wall's from the last packet, so that idle flows end. Fails when the file
/// cannot be opened, or turns out to be no capture.
[[nodiscard]] base::Result<FollowOutcome> followFlows(const std::filesystem::path& file,
                                                      const AssemblerSettings& settings, const FollowSinks& sinks,
                                                      const std::stop_token& stop);

} // namespace flowscent::flow
