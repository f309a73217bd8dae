// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/assembler_state.h"

namespace flowscent::flow {

void FlowAssembler::State::expireClosed()
{
    for (; !closing.empty() && clock.passed(closing.front().since, settings.linger); closing.pop_front()) {
        if (holds(closing.front().slot))
            ending.push_back({closing.front().slot.index, FlowEnd::TcpClose});
    }
    endAll();
}

void FlowAssembler::State::expireIdle(std::span<const Slot> due)
{
    for (std::size_t i = 0; i < due.size(); ++i) {
        if (i + lookAhead < due.size() && holds(due[i + lookAhead]))
            flows.prefetch(due[i + lookAhead].index);
        const Slot slot = due[i];
        if (!holds(slot) || flows[slot.index].flow.closed())
            continue;
        const FlowClock::Time touched = flows[slot.index].touched;
        if (clock.passed(touched, settings.idleTimeout))
            ending.push_back({slot.index, FlowEnd::Idle});
        else
            idle.put(slot, touched + static_cast<FlowClock::Time>(settings.idleTimeout));
    }
    endAll();
}

/// A few at a time, each step of fetching for all of them: most were not touched for long.
void FlowAssembler::State::endAll()
{
    for (std::size_t begin = 0; begin < ending.size(); begin += lookAhead) {
        const auto few = std::span(ending).subspan(begin, std::min(lookAhead, ending.size() - begin));
        for (const Ending& flow : few)
            flows.prefetchWhole(flow.slot);
        for (const Ending& flow : few) {
            flows.prefetchForRemoval(flow.slot);
            flows[flow.slot].flow.prefetchPackets(log);
        }
        for (const Ending& flow : few)
            end(flow.slot, flow.why);
    }
    ending.clear();
}

void FlowAssembler::State::end(OpenFlows::Slot slot, FlowEnd why)
{
    OpenFlow& open = flows[slot];
    if (identifier)
        identifier->finish(open);
    sink(open.id, view(open, why, shown));
    open.flow.release(log);
    flows.remove(slot);
}

FlowView FlowAssembler::State::view(const OpenFlow& open, FlowEnd end, PacketLog::Packets& packets) const
{
    FlowView seen = open.flow.view(open.key, end, settings.keepPlaces, log, packets);
    if (identifier)
        seen.identity = open.flow.identity();
    return seen;
}

} // namespace flowscent::flow
