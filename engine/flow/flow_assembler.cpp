// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/flow_assembler.h"

#include "engine/flow/assembler_state.h"

#include <algorithm>
#include <random>

namespace flowscent::flow {

using packet::TcpFlag;

namespace {

std::uint64_t randomSeed()
{
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
}

constexpr std::uint32_t lastId = UINT32_MAX - 1; ///< the number behind it says that a slot is empty

} // namespace

FlowAssembler::State::State(AssemblerSettings chosen, Sink target)
    : settings(std::move(chosen))
    , sink(std::move(target))
    , seed(randomSeed())
    , notes({.seed = seed, .withHeads = settings.names != nullptr})
{
    const identify::IdentifierSettings identifying{.applications = settings.applications};
    if (settings.names && settings.identifyApart) {
        auto apart = std::make_unique<IdentityLane>(settings.names, identifying);
        lane = apart.get();
        identifier = std::move(apart);
    } else if (settings.names) {
        identifier = std::make_unique<PromptIdentifier>(settings.names, identifying);
    }
}

/// Why the flow is over now that this packet comes, which then belongs to another; nothing when it goes on.
std::optional<FlowEnd> FlowAssembler::State::endBefore(OpenFlow& open, const PacketNote& note)
{
    if (open.flow.closed() && clock.passed(open.touched, settings.linger))
        return FlowEnd::TcpClose;
    const bool opens = (note.headers.tcpFlags & (TcpFlag::Syn | TcpFlag::Ack)) == TcpFlag::Syn;
    if (opens) {
        const bool clientWasLow = open.flow.clientIsLow();
        if (open.flow.closed() || !open.flow.takesSyn(note.headers, note.fromLow, log)) // the port is used again
            return open.flow.closed() ? FlowEnd::TcpClose : FlowEnd::PortReused;
        if (identifier && open.flow.clientIsLow() != clientWasLow)
            identifier->turn(open);
    }
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
    idle.put({slot, id}, clock.now() + static_cast<FlowClock::Time>(settings.idleTimeout));
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
    if (!note.held && !clock.moveTo(note.time))
        ++counters.clockWentBack;
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
    std::optional<FlowId> before; ///< whose rest this is
    identify::Identity known;
    if (slot == OpenFlows::none || !flows.holds(slot, note))
        slot = flows.find(note);
    if (slot != OpenFlows::none) {
        if (const auto why = endBefore(flows[slot], note)) {
            if (*why == FlowEnd::ActiveTimeout)
                before = flows[slot].id;
            end(slot, *why);
            known = flows[slot].flow.identity();
            slot = OpenFlows::none;
        }
    }
    if (slot == OpenFlows::none) {
        slot = begin(note);
        if (before && identifier)
            identifier->goOn(*before, known, flows[slot]);
    }
    OpenFlow& open = flows[slot];
    const bool wasClosed = open.flow.closed();
    open.flow.take(note, settings.keepPlaces, log);
    if (!wasClosed)
        open.touched = clock.now();
    if (!wasClosed && open.flow.closed())
        closing.push_back({{slot, open.id}, clock.now()});
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
    const std::size_t ahead = std::min(lookAhead, notes.size()); // packets come one by one, too
    state.found.resize(notes.size());
    for (std::size_t i = 0; i < notes.size() + 3 * ahead; ++i) {
        if (i < notes.size())
            state.flows.prefetch(notes[i]);
        if (i >= ahead && i < notes.size() + ahead)
            state.found[i - ahead] = state.lookUp(notes[i - ahead]);
        if (i >= 2 * ahead && i < notes.size() + 2 * ahead)
            state.prefetchTail(state.found[i - 2 * ahead]);
        if (i >= 3 * ahead)
            state.count(notes[i - 3 * ahead], state.found[i - 3 * ahead], batch);
    }
    if (state.identifier)
        state.identifier->flush();
}

void FlowAssembler::advanceTo(base::Nanoseconds now)
{
    if (!m_state->clock.isBefore(now))
        return;
    m_state->clock.moveTo(now);
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

void FlowAssembler::identitiesInto(base::Column<identify::Identity>& rows, bool wait) const
{
    if (m_state->lane == nullptr)
        return;
    if (wait)
        m_state->lane->waitAndCopyTo(rows);
    else
        m_state->lane->copyTo(rows);
}

} // namespace flowscent::flow
