// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/flow_assembler.h"

#include "engine/flow/flow_state.h"
#include "engine/flow/idle_wheel.h"
#include "engine/flow/pair_key.h"

#include <algorithm>
#include <deque>
#include <random>

#include <tsl/robin_map.h>

namespace flowscent::flow {

using packet::Headers;
using packet::TcpFlag;

namespace {

using Clock = std::uint64_t; ///< ns since the first packet, never running backwards
constexpr Clock endOfTime = Clock{1} << 63;

std::uint64_t randomSeed()
{
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
}

/// Where an open flow lives. The place is used again, so the id tells whether it still holds the same flow.
struct Slot {
    std::uint32_t index = 0;
    FlowId id;
};

struct Open {
    PairKey key;
    FlowState flow;
    Clock touched = 0; ///< last packet, or the moment of closing
    std::size_t nextCheckpoint = 0;
    bool used = false;
};

} // namespace

struct FlowAssembler::State {
    State(AssemblerSettings chosen, Sink target)
        : settings(std::move(chosen))
        , sink(std::move(target))
    {
    }

    AssemblerSettings settings;
    Sink sink;
    AssemblerCounters counters;
    std::deque<Open> flows;          ///< stable addresses; ended ones keep their memory for the next
    std::vector<std::uint32_t> free; ///< indices of `flows` to be used again
    tsl::robin_map<PairKey, std::uint32_t, PairHash, std::equal_to<>, std::allocator<std::pair<PairKey, std::uint32_t>>,
                   true>
        index{0, PairHash{randomSeed()}};
    IdleWheel<Slot> idle{static_cast<Clock>(std::max<base::Nanoseconds>(settings.idleTimeout, 0))};
    std::deque<Slot> closing; ///< closed TCP flows that still take late packets, by the time they closed
    Clock clock = 0;
    base::Nanoseconds lastTime = 0;
    bool started = false;
    std::uint32_t nextId = 0;

    void moveClock(base::Nanoseconds time);
    void expire();
    void expireClosed();
    [[nodiscard]] bool holds(const Slot& slot) const;
    [[nodiscard]] bool idleFor(const Open& open, base::Nanoseconds timeout) const;
    [[nodiscard]] std::vector<std::uint32_t> openInOrder() const;
    void end(std::uint32_t slot, FlowEnd why);
    Open* find(const PairKey& key, const Headers& headers, base::Nanoseconds time);
    Open& begin(const PairKey& key, const Headers& headers, const capture::PacketView& packet, bool fromLow);
    void checkpoint(Open& open);
};

/// Our clock advances with the packets' and stands still while theirs runs backwards: one wrong time stamp can neither
/// end every flow twice nor keep flows alive for ever.
void FlowAssembler::State::moveClock(base::Nanoseconds time)
{
    const base::Nanoseconds step = started ? time - lastTime : 0;
    started = true;
    if (step < 0) {
        ++counters.clockWentBack;
        if (-step <= settings.idleTimeout)
            return; // reordered packets: wait until time catches up
    }
    lastTime = time;
    const base::Nanoseconds longest =
        2 * (settings.idleTimeout + settings.linger) + 1; // enough to end whatever is open
    clock = std::min(clock + static_cast<Clock>(std::clamp<base::Nanoseconds>(step, 0, longest)), endOfTime);
}

bool FlowAssembler::State::holds(const Slot& slot) const
{
    const Open& open = flows[slot.index];
    return open.used && open.flow.id() == slot.id;
}

bool FlowAssembler::State::idleFor(const Open& open, base::Nanoseconds timeout) const
{
    return static_cast<base::Nanoseconds>(clock - open.touched) > timeout;
}

void FlowAssembler::State::expire()
{
    expireClosed();
    idle.advance(clock, [this](const Slot& slot) {
        if (!holds(slot) || flows[slot.index].flow.closed())
            return;
        if (idleFor(flows[slot.index], settings.idleTimeout))
            end(slot.index, FlowEnd::Idle);
        else
            idle.put(slot, flows[slot.index].touched + static_cast<Clock>(settings.idleTimeout));
    });
}

void FlowAssembler::State::expireClosed()
{
    while (!closing.empty()) {
        const Slot slot = closing.front();
        if (holds(slot) && !idleFor(flows[slot.index], settings.linger))
            return;
        closing.pop_front();
        if (holds(slot))
            end(slot.index, FlowEnd::TcpClose);
    }
}

void FlowAssembler::State::end(std::uint32_t slot, FlowEnd why)
{
    Open& open = flows[slot];
    sink(open.flow.id(), open.flow.record(why));
    index.erase(open.key);
    open.used = false;
    free.push_back(slot);
}

/// The open flow that the packet belongs to, after ending one that it can no longer belong to.
Open* FlowAssembler::State::find(const PairKey& key, const Headers& headers, base::Nanoseconds time)
{
    const auto found = index.find(key);
    if (found == index.end())
        return nullptr;
    Open& open = flows[found->second];
    const bool opens = (headers.tcpFlags & (TcpFlag::Syn | TcpFlag::Ack)) == TcpFlag::Syn;
    if (open.flow.closed() && opens) // the port is used again
        end(found->second, FlowEnd::TcpClose);
    else if (time - open.flow.last() > settings.idleTimeout)
        end(found->second, FlowEnd::Idle);
    else if (time - open.flow.start() > settings.activeTimeout)
        end(found->second, FlowEnd::ActiveTimeout);
    else
        return &open;
    return nullptr;
}

Open& FlowAssembler::State::begin(const PairKey& key, const Headers& headers, const capture::PacketView& packet,
                                  bool fromLow)
{
    if (free.empty()) {
        free.push_back(static_cast<std::uint32_t>(flows.size()));
        flows.emplace_back();
    }
    const Slot slot{free.back(), FlowId(nextId++)};
    free.pop_back();
    Open& open = flows[slot.index];
    open.key = key;
    open.flow.begin(slot.id, headers, packet, fromLow);
    open.nextCheckpoint = 0;
    open.used = true;
    index[key] = slot.index;
    idle.put(slot, clock + static_cast<Clock>(settings.idleTimeout));
    return open;
}

void FlowAssembler::State::checkpoint(Open& open)
{
    if (open.nextCheckpoint >= settings.checkpoints.size() ||
        open.flow.packets() < settings.checkpoints[open.nextCheckpoint])
        return;
    ++open.nextCheckpoint;
    sink(open.flow.id(), open.flow.record(FlowEnd::Open));
}

std::vector<std::uint32_t> FlowAssembler::State::openInOrder() const
{
    std::vector<std::uint32_t> slots;
    slots.reserve(index.size());
    for (std::uint32_t slot = 0; slot < flows.size(); ++slot) {
        if (flows[slot].used)
            slots.push_back(slot);
    }
    std::ranges::sort(slots, {}, [this](std::uint32_t slot) { return flows[slot].flow.id(); });
    return slots;
}

FlowAssembler::FlowAssembler(AssemblerSettings settings, Sink sink)
    : m_state(std::make_unique<State>(std::move(settings), std::move(sink)))
{
}
FlowAssembler::~FlowAssembler() = default;
FlowAssembler::FlowAssembler(FlowAssembler&&) noexcept = default;
FlowAssembler& FlowAssembler::operator=(FlowAssembler&&) noexcept = default;

void FlowAssembler::add(const capture::PacketView& packet)
{
    State& state = *m_state;
    ++state.counters.packets;
    state.moveClock(packet.time);
    state.expire();
    const packet::Decoded decoded = packet::decode(packet.bytes, packet.linkType);
    if (!decoded.headers) {
        ++state.counters.skipped[static_cast<std::size_t>(decoded.skipped)];
        return;
    }
    const Headers& headers = *decoded.headers;
    const bool fromLow = headers.source <= headers.destination;
    const PairKey key{fromLow ? headers.source : headers.destination, fromLow ? headers.destination : headers.source,
                      headers.protocol};

    Open* found = state.find(key, headers, packet.time);
    Open& open = found != nullptr ? *found : state.begin(key, headers, packet, fromLow);
    const bool wasClosed = open.flow.closed();
    open.flow.take(headers, packet, fromLow, state.settings.keepPlaces);
    if (!wasClosed)
        open.touched = state.clock;
    if (!wasClosed && open.flow.closed())
        state.closing.push_back({state.index.at(key), open.flow.id()});
    state.checkpoint(open);
}

void FlowAssembler::advanceTo(base::Nanoseconds now)
{
    if (!m_state->started || now <= m_state->lastTime)
        return;
    m_state->moveClock(now);
    m_state->expire();
}

void FlowAssembler::finish()
{
    State& state = *m_state;
    for (const std::uint32_t slot : state.openInOrder())
        state.end(slot, state.flows[slot].flow.closed() ? FlowEnd::TcpClose : FlowEnd::SourceEnded);
}

const AssemblerCounters& FlowAssembler::counters() const
{
    return m_state->counters;
}

std::size_t FlowAssembler::openFlows() const
{
    return m_state->index.size();
}

void FlowAssembler::forEachOpen(const Sink& visit) const
{
    for (const std::uint32_t slot : m_state->openInOrder()) {
        FlowState& flow = m_state->flows[slot].flow;
        visit(flow.id(), flow.record(FlowEnd::Open));
    }
}

} // namespace flowscent::flow
