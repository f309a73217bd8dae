// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/detect/evidence/evidence.h"
#include "ui/session/scores.h"

namespace flowscent::ui {

/// Why one adaptation scores one flow as it does, in the capture's own names. Never changed; any thread may read it.
struct ExplainedFlow {
    flow::FlowId flow;
    std::shared_ptr<const Adaptation> adaptation;
    detect::Evidence evidence;
    std::vector<flow::FlowId> examples;   ///< who evidence.examples are, in that order
    std::vector<flow::FlowId> background; ///< who evidence.background are, in that order
    std::string headline;                 ///< the evidence's, with the flows' numbers as the table counts them
    double milliseconds = 0;              ///< that it took, without waiting
};

/// "#1432": how people are told of a flow; counted from 1.
[[nodiscard]] inline std::string numberText(flow::FlowId flow)
{
    return "#" + std::to_string(std::uint64_t{flow.value} + 1);
}

} // namespace flowscent::ui
