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

struct Ending {
    OpenFlows::Slot slot = 0;
    FlowEnd why = FlowEnd::Open;
};

constexpr std::size_t lookAhead = 12; ///< packets between two steps of fetching a flow, see FlowAssembler::add
constexpr std::uint32_t lastId = UINT32_MAX - 1; ///< the number behind it says that a slot is empty

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
    std::vector<OpenFlows::Slot> found; ///< of the batch at hand
    PacketLog log;
    PacketLog::Packets shown;                   ///< what the view at hand looks at
    std::unique_ptr<FlowIdentifier> identifier; ///< null when flows are not identified
    IdleWheel<Slot> idle{static_cast<Clock>(std::max<base::Nanoseconds>(settings.idleTimeout, 0))};
    std::deque<Closing> closing; ///< closed TCP flows that still take late packets, by the time they closed
    std::vector<Ending> ending;  ///< found over, but not ended yet; empty between two calls
    Clock clock = 0;
    base::Nanoseconds lastTime = 0;
    std::optional<base::Nanoseconds> left; ///< where the packets' clock stood when it jumped back last
    bool started = false;
    std::uint32_t nextId = 0;

    void moveClock(base::Nanoseconds time);
    void expire();
    void expireClosed();
    void expireIdle(std::span<const Slot> due);
    void endAll();
    [[nodiscard]] bool holds(const Slot& slot) const { return flows.holds(slot.index, slot.id); }
    [[nodiscard]] bool idleFor(Clock touched, base::Nanoseconds timeout) const;
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

/// Our clock advances with the packets' and stands still while theirs runs backwards: one wrong time stamp can neither
/// end every flow twice nor keep flows alive for ever. Where a clock that jumped back is right again, as with two
/// clocks in one capture at every other packet, no more time has passed than since it was left.
void FlowAssembler::State::moveClock(base::Nanoseconds time)
{
    base::Nanoseconds step = started ? time - lastTime : 0;
    started = true;
    if (step < 0) {
        ++counters.clockWentBack;
        if (-step <= settings.idleTimeout)
            return; // reordered packets: wait until time catches up
        left = lastTime;
    } else if (step > settings.idleTimeout && left && time >= *left - settings.idleTimeout) {
        time = std::max(time, *left);
        step = time - *left;
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

/// Closed flows are ended some at a time, for the processor to fetch them in time: at most an eighth of the linger
/// late, which no packet notices (see endBefore).
void FlowAssembler::State::expire()
{
    if (!closing.empty() && idleFor(closing.front().since, settings.linger + settings.linger / 8))
        expireClosed();
    idle.advance(clock, [this](std::span<const Slot> due) { expireIdle(due); });
}

void FlowAssembler::State::expireClosed()
{
    for (; !closing.empty() && idleFor(closing.front().since, settings.linger); closing.pop_front()) {
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
        const Clock touched = flows[slot.index].touched;
        if (idleFor(touched, settings.idleTimeout))
            ending.push_back({slot.index, FlowEnd::Idle});
        else
            idle.put(slot, touched + static_cast<Clock>(settings.idleTimeout));
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

/// Why the flow is over now that this packet comes, which then belongs to another; nothing when it goes on.
std::optional<FlowEnd> FlowAssembler::State::endBefore(OpenFlow& open, const PacketNote& note)
{
    if (open.flow.closed() && idleFor(open.touched, settings.linger))
        return FlowEnd::TcpClose;
    const bool opens = (note.headers.tcpFlags & (TcpFlag::Syn | TcpFlag::Ack)) == TcpFlag::Syn;
    if (opens && (open.flow.closed() || !open.flow.takesSyn(note.headers, note.fromLow, log))) // the port is used again
        return open.flow.closed() ? FlowEnd::TcpClose : FlowEnd::PortReused;
    if (note.time - open.flow.last() > settings.idleTimeout)
        return FlowEnd::Idle;
    if (note.time - open.flow.start() > settings.activeTimeout)
        return FlowEnd::ActiveTimeout;
    return std::nullopt;
}

OpenFlows::Slot FlowAssembler::State::begin(const PacketNote& note)
{
    const FlowId id(nextId);
    nextId = nextId == lastId ? 0 : nextId + 1;
    const OpenFlows::Slot slot = flows.add(note, id);
    OpenFlow& open = flows[slot];
    open.flow.begin(note);
    open.nextCheckpoint = 0;
    if (identifier) {
        open.ticket = {};
        open.flow.identity() = {};
    }
    idle.put({slot, id}, clock + static_cast<Clock>(settings.idleTimeout));
    return slot;
}

OpenFlows::Slot FlowAssembler::State::lookUp(const PacketNote& note) const
{
    const bool belongs = note.skipped == packet::SkipReason::Count;
    const OpenFlows::Slot slot = belongs ? flows.candidate(note) : OpenFlows::none;
    if (slot != OpenFlows::none && note.head != 0)
        flows.prefetchWhole(slot); // it will be looked at who it is
    else if (slot != OpenFlows::none)
        flows.prefetch(slot);
    return slot;
}

void FlowAssembler::State::prefetchTail(OpenFlows::Slot slot) const
{
    if (slot != OpenFlows::none)
        flows[slot].flow.prefetchTail(log);
}

void FlowAssembler::State::count(const PacketNote& note, OpenFlows::Slot slot, const PacketBatch& batch)
{
    ++counters.packets;
    if (!note.held)
        moveClock(note.time);
    expire();
    if (note.skipped != packet::SkipReason::Count) {
        ++counters.skipped[static_cast<std::size_t>(note.skipped)];
        return;
    }
    take(note, slot, batch);
    if (note.quote != 0)
        noteError(batch.quotes[note.quote - 1], note);
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
    open.flow.take(note, settings.keepPlaces, log);
    if (!wasClosed)
        open.touched = clock;
    if (!wasClosed && open.flow.closed())
        closing.push_back({{slot, open.id}, clock});
    if (note.head != 0 && identifier)
        identifier->take(flows, slot, note, batch);
    if (!settings.checkpoints.empty())
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
    sink(open.id, view(open, FlowEnd::Open, shown));
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

/// A flow at random is a miss of the cache, which takes longer than counting its packet. So packets are looked at
/// ahead, in three steps of which each needs what the one before has fetched: the index, the flow, its packets.
void FlowAssembler::add(const PacketBatch& batch)
{
    State& state = *m_state;
    for (std::size_t reason = 0; reason < batch.firstSkipped.size(); ++reason)
        state.counters.firstSkipped[reason] = std::max(state.counters.firstSkipped[reason], batch.firstSkipped[reason]);
    const std::vector<PacketNote>& notes = batch.notes;
    state.found.resize(notes.size());
    for (std::size_t i = 0; i < notes.size() + 3 * lookAhead; ++i) {
        if (i < notes.size())
            state.flows.prefetch(notes[i]);
        if (i >= lookAhead && i < notes.size() + lookAhead)
            state.found[i - lookAhead] = state.lookUp(notes[i - lookAhead]);
        if (i >= 2 * lookAhead && i < notes.size() + 2 * lookAhead)
            state.prefetchTail(state.found[i - 2 * lookAhead]);
        if (i >= 3 * lookAhead)
            state.count(notes[i - 3 * lookAhead], state.found[i - 3 * lookAhead], batch);
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
        state.ending.push_back({slot, state.flows[slot].flow.closed() ? FlowEnd::TcpClose : FlowEnd::SourceEnded});
    state.endAll();
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
    PacketLog::Packets packets;
    for (const OpenFlows::Slot slot : m_state->flows.inOrder()) {
        const OpenFlow& open = m_state->flows[slot];
        visit(open.id, m_state->view(open, FlowEnd::Open, packets));
    }
}

} // namespace flowscent::flow
