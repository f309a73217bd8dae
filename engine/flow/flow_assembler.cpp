// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/flow_assembler.h"

#include "engine/flow/flow_identifier.h"
#include "engine/flow/idle_wheel.h"
#include "engine/flow/open_flows.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <random>
#include <span>

namespace flowscent::flow {

using packet::TcpFlag;

namespace {

using Clock = std::uint64_t; ///< ns since the first packet, never running backwards
constexpr Clock endOfTime = Clock{1} << 63;

std::uint64_t randomSeed()
{
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
}

/// A slot is used again, so the id tells whether it still holds the same flow.
struct Slot {
    OpenFlows::Slot index = 0;
    FlowId id;
};

struct Closing {
    Slot slot;
    Clock since = 0;
};

constexpr std::size_t lookAhead = 32; ///< packets whose flows are looked up before the first of them is counted

} // namespace

struct FlowAssembler::State {
    State(AssemblerSettings chosen, Sink target)
        : settings(std::move(chosen))
        , sink(std::move(target))
        , seed(randomSeed())
        , notes({.seed = seed, .withHeads = settings.names != nullptr})
    {
        if (settings.names)
            identifier = std::make_unique<FlowIdentifier>(
                settings.names, identify::IdentifierSettings{.applications = settings.applications});
    }

    AssemblerSettings settings;
    Sink sink;
    AssemblerCounters counters;
    std::uint64_t seed;
    NoteTaker notes; ///< for who gives single packets
    PacketBatch one;
    OpenFlows flows;
    std::unique_ptr<FlowIdentifier> identifier; ///< null when flows are not identified
    IdleWheel<Slot> idle{static_cast<Clock>(std::max<base::Nanoseconds>(settings.idleTimeout, 0))};
    std::deque<Closing> closing; ///< closed TCP flows that still take late packets, by the time they closed
    Clock clock = 0;
    base::Nanoseconds lastTime = 0;
    bool started = false;
    std::uint32_t nextId = 0;

    void moveClock(base::Nanoseconds time);
    void expire();
    void expireClosed();
    [[nodiscard]] bool holds(const Slot& slot) const { return flows.holds(slot.index, slot.id); }
    [[nodiscard]] bool idleFor(Clock touched, base::Nanoseconds timeout) const;
    void end(OpenFlows::Slot slot, FlowEnd why);
    [[nodiscard]] std::optional<FlowEnd> endBefore(OpenFlow& open, const PacketNote& note) const;
    OpenFlows::Slot begin(const PacketNote& note);
    void take(const PacketNote& note, OpenFlows::Slot slot, const PacketBatch& batch);
    void noteError(const packet::Quoted& quoted, const PacketNote& note);
    void checkpoint(OpenFlow& open);
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

bool FlowAssembler::State::idleFor(Clock touched, base::Nanoseconds timeout) const
{
    return static_cast<base::Nanoseconds>(clock - touched) > timeout;
}

void FlowAssembler::State::expire()
{
    while (!closing.empty() && idleFor(closing.front().since, settings.linger)) {
        const Slot slot = closing.front().slot;
        closing.pop_front();
        if (holds(slot))
            end(slot.index, FlowEnd::TcpClose);
    }
    idle.advance(clock, [this](const Slot& slot) {
        if (!holds(slot) || flows[slot.index].flow.closed())
            return;
        const Clock touched = flows[slot.index].touched;
        if (idleFor(touched, settings.idleTimeout))
            end(slot.index, FlowEnd::Idle);
        else
            idle.put(slot, touched + static_cast<Clock>(settings.idleTimeout));
    });
}

void FlowAssembler::State::end(OpenFlows::Slot slot, FlowEnd why)
{
    FlowState& flow = flows[slot].flow;
    if (identifier)
        identifier->finish(flows[slot]);
    sink(flow.id(), flow.record(why));
    flows.remove(slot);
}

/// Why the flow is over now that this packet comes, which then belongs to another; nothing when it goes on.
std::optional<FlowEnd> FlowAssembler::State::endBefore(OpenFlow& open, const PacketNote& note) const
{
    const bool opens = (note.headers.tcpFlags & (TcpFlag::Syn | TcpFlag::Ack)) == TcpFlag::Syn;
    if (opens && (open.flow.closed() || !open.flow.takesSyn(note.headers, note.fromLow))) // the port is used again
        return open.flow.closed() ? FlowEnd::TcpClose : FlowEnd::PortReused;
    if (note.time - open.flow.last() > settings.idleTimeout)
        return FlowEnd::Idle;
    if (note.time - open.flow.start() > settings.activeTimeout)
        return FlowEnd::ActiveTimeout;
    return std::nullopt;
}

OpenFlows::Slot FlowAssembler::State::begin(const PacketNote& note)
{
    const FlowId id(nextId++);
    const OpenFlows::Slot slot = flows.add(note, id);
    flows[slot].flow.begin(id, note);
    idle.put({slot, id}, clock + static_cast<Clock>(settings.idleTimeout));
    return slot;
}

/// `slot` is where the flow was found a few packets ago; since then it may have ended or come into being. A flow that
/// was cut for its length is the same conversation still, whose first packets do not come again.
void FlowAssembler::State::take(const PacketNote& note, OpenFlows::Slot slot, const PacketBatch& batch)
{
    identify::Identity known;
    if (slot == OpenFlows::none || !flows.holds(slot, note))
        slot = flows.find(note);
    if (slot != OpenFlows::none) {
        if (const auto why = endBefore(flows[slot], note)) {
            end(slot, *why);
            if (*why == FlowEnd::ActiveTimeout)
                known = flows[slot].flow.identity();
            slot = OpenFlows::none;
        }
    }
    if (slot == OpenFlows::none) {
        slot = begin(note);
        if (known != identify::Identity{}) {
            flows[slot].flow.identity() = known;
            flows[slot].ticket.value = identify::Identifier::Ticket::done;
        }
    }
    OpenFlow& open = flows[slot];
    const bool wasClosed = open.flow.closed();
    open.flow.take(note, settings.keepPlaces);
    if (!wasClosed)
        open.touched = clock;
    if (!wasClosed && open.flow.closed())
        closing.push_back({{slot, open.flow.id()}, clock});
    if (note.head != 0 && identifier)
        identifier->take(flows, slot, note, batch);
    checkpoint(open);
}

void FlowAssembler::State::noteError(const packet::Quoted& quoted, const PacketNote& note)
{
    const bool fromLow = comesFirst(quoted.source, quoted.destination);
    const packet::Endpoint& low = fromLow ? quoted.source : quoted.destination;
    const packet::Endpoint& high = fromLow ? quoted.destination : quoted.source;
    const OpenFlows::Slot slot = flows.find(low, high, quoted.protocol, PairHash(seed).of(low, high, quoted.protocol));
    if (slot != OpenFlows::none)
        flows[slot].flow.takeError(note.headers);
}

void FlowAssembler::State::checkpoint(OpenFlow& open)
{
    if (open.nextCheckpoint >= settings.checkpoints.size() ||
        open.flow.packets() < settings.checkpoints[open.nextCheckpoint])
        return;
    ++open.nextCheckpoint;
    sink(open.flow.id(), open.flow.record(FlowEnd::Open));
}

FlowAssembler::FlowAssembler(AssemblerSettings settings, Sink sink)
    : m_state(std::make_unique<State>(std::move(settings), std::move(sink)))
{
}
FlowAssembler::~FlowAssembler() = default;
FlowAssembler::FlowAssembler(FlowAssembler&&) noexcept = default;
FlowAssembler& FlowAssembler::operator=(FlowAssembler&&) noexcept = default;

NoteSettings FlowAssembler::noteSettings() const
{
    return {.seed = m_state->seed, .withHeads = m_state->identifier != nullptr};
}

void FlowAssembler::add(const capture::PacketView& packet)
{
    m_state->one.clear();
    m_state->notes.take(packet, m_state->one);
    add(m_state->one);
}

/// Looking flows up some packets ahead lets the processor fetch them while it counts others: a flow at random is a
/// cache miss, and without this every packet would wait for its own.
void FlowAssembler::add(const PacketBatch& batch)
{
    State& state = *m_state;
    for (std::size_t reason = 0; reason < batch.firstSkipped.size(); ++reason)
        state.counters.firstSkipped[reason] = std::max(state.counters.firstSkipped[reason], batch.firstSkipped[reason]);
    std::array<OpenFlows::Slot, lookAhead> slots{};
    for (std::size_t begin = 0; begin < batch.notes.size(); begin += lookAhead) {
        const auto notes = std::span(batch.notes).subspan(begin, std::min(lookAhead, batch.notes.size() - begin));
        for (std::size_t i = 0; i < notes.size(); ++i) {
            const PacketNote& note = notes[i];
            if (note.skipped != packet::SkipReason::Count)
                continue;
            slots[i] = state.flows.find(note);
            if (slots[i] != OpenFlows::none)
                state.flows.prefetch(slots[i]);
        }
        for (std::size_t i = 0; i < notes.size(); ++i) {
            const PacketNote& note = notes[i];
            ++state.counters.packets;
            if (!note.held)
                state.moveClock(note.time);
            state.expire();
            if (note.skipped != packet::SkipReason::Count) {
                ++state.counters.skipped[static_cast<std::size_t>(note.skipped)];
                continue;
            }
            state.take(note, slots[i], batch);
            if (note.quote != 0)
                state.noteError(batch.quotes[note.quote - 1], note);
        }
    }
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
    state.one.clear();
    state.notes.finish(state.one);
    add(state.one);
    for (const OpenFlows::Slot slot : state.flows.inOrder())
        state.end(slot, state.flows[slot].flow.closed() ? FlowEnd::TcpClose : FlowEnd::SourceEnded);
}

const AssemblerCounters& FlowAssembler::counters() const
{
    return m_state->counters;
}

std::size_t FlowAssembler::openFlows() const
{
    return m_state->flows.size();
}

void FlowAssembler::forEachOpen(const Sink& visit) const
{
    for (const OpenFlows::Slot slot : m_state->flows.inOrder()) {
        FlowState& flow = m_state->flows[slot].flow;
        visit(flow.id(), flow.record(FlowEnd::Open));
    }
}

} // namespace flowscent::flow
