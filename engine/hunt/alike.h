// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/flow/flow_set.h"
#include "engine/flow/flow_table.h"

namespace flowscent::hunt {

/// What flows may have in common with one of them.
enum class Alike : std::uint8_t {
    Conversation, ///< both ends, both ports and the protocol, either way round
    HostPair,     ///< both addresses, either way round
    Source,       ///< the address of the client
    Destination,  ///< the address of the server
    Ja3,          ///< JA3 of TLS, HASSH of SSH
    Ja4,
    Host, ///< TLS server name, HTTP host or DNS question
    Application,
    Count
};
inline constexpr std::size_t alikeKinds = static_cast<std::size_t>(Alike::Count);

/// All flows that share one thing with a flow, the flow itself among them.
struct AlikeFlows {
    Alike kind = Alike::Conversation;
    std::string what; ///< "10.0.0.5", "evil.example": as it is shown
    flow::FlowSet flows;
};

/// The groups that a flow belongs to, in the order of Alike; those for which it has nothing (no server name, say) are
/// left out. One pass over the table: a tenth of a second for a million flows. Empty when stopped, and for a flow that
/// the table does not have.
[[nodiscard]] std::vector<AlikeFlows> flowsAlike(const flow::FlowTable& table, flow::FlowId flow,
                                                 const std::stop_token& stop = {});

} // namespace flowscent::hunt
