// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <span>

#include "engine/flow/flow_assembler.h"
#include "engine/flow/flow_clock.h"
#include "engine/flow/flow_identifier.h"
#include "engine/flow/identity_lane.h"
#include "engine/flow/idle_wheel.h"
#include "engine/flow/open_flows.h"

/// For FlowAssembler's own sources.
namespace flowscent::flow {

/// Packets between two steps of fetching a flow, see FlowAssembler::add; flows that are ended together.
inline constexpr std::size_t lookAhead = 12;

/// What a FlowAssembler works with, and the steps of its work. Beginning and counting flows is in flow_assembler.cpp,
/// ending them in flow_ends.cpp.
struct FlowAssembler::State {
    /// A slot is used again, so the id tells whether it still holds the same flow.
    struct Slot {
        OpenFlows::Slot index = 0;
        FlowId id;
    };

    struct Closing {
        Slot slot;
        FlowClock::Time since = 0;
    };

    struct Ending {
        OpenFlows::Slot slot = 0;
        FlowEnd why = FlowEnd::Open;
    };

    State(AssemblerSettings chosen, Sink target);

    AssemblerSettings settings;
    Sink sink;
    AssemblerCounters counters;
    std::uint64_t seed;
    NoteTaker notes; ///< for who gives single packets
    PacketBatch one;
    OpenFlows flows;
    std::vector<OpenFlows::Slot> found; ///< of the batch at hand
    PacketLog log;
    PacketLog::Packets shown;                   ///< what the view at hand looks at
    std::unique_ptr<FlowIdentifier> identifier; ///< null when flows are not identified
    IdentityLane* lane = nullptr;               ///< the identifier, when it works apart
    IdleWheel<Slot> idle{static_cast<FlowClock::Time>(std::max<base::Nanoseconds>(settings.idleTimeout, 0))};
    std::deque<Closing> closing; ///< closed TCP flows that still take late packets, by the time they closed
    std::vector<Ending> ending;  ///< found over, but not ended yet; empty between two calls
    /// One step is at most what ends whatever is open.
    FlowClock clock{settings.idleTimeout, 2 * (settings.idleTimeout + settings.linger) + 1};
    std::uint32_t nextId = 0;

    /// Ends what is over by now. Closed flows are ended some at a time, for the processor to fetch them in time: at
    /// most an eighth of the linger late, which no packet notices (see endBefore).
    void expire()
    {
        if (!closing.empty() && clock.passed(closing.front().since, settings.linger + settings.linger / 8))
            expireClosed();
        idle.advance(clock.now(), [this](std::span<const Slot> due) { expireIdle(due); });
    }
    void expireClosed();
    void expireIdle(std::span<const Slot> due);
    void endAll();
    [[nodiscard]] bool holds(const Slot& slot) const { return flows.holds(slot.index, slot.id); }
    void end(OpenFlows::Slot slot, FlowEnd why);
    [[nodiscard]] std::optional<FlowEnd> endBefore(OpenFlow& open, const PacketNote& note);
    OpenFlows::Slot begin(const PacketNote& note);
    [[nodiscard]] OpenFlows::Slot lookUp(const PacketNote& note) const;
    void prefetchTail(OpenFlows::Slot slot) const;
    void count(const PacketNote& note, OpenFlows::Slot slot, const PacketBatch& batch);
    void take(const PacketNote& note, OpenFlows::Slot slot, const PacketBatch& batch);
    void noteError(const packet::Quoted& quoted, const PacketNote& note);
    void checkpoint(OpenFlow& open);
    /// The flow as it stands, good until the next one is viewed.
    [[nodiscard]] FlowView view(const OpenFlow& open, FlowEnd end, PacketLog::Packets& packets) const;
};

} // namespace flowscent::flow
