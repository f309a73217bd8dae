// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/flow_assembler.h"

#include "engine/flow/flow_state.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <list>
#include <random>

#include <tsl/robin_map.h>

namespace flowscent::flow {

using packet::Headers;
using packet::TcpFlag;

namespace {

/// Both directions of a conversation share this: the smaller endpoint comes first.
struct PairKey {
    packet::Endpoint low;
    packet::Endpoint high;
    std::uint8_t protocol = 0;

    friend bool operator==(const PairKey&, const PairKey&) = default;
};

/// Multiply-and-fold over the key's words, seeded at random so that no capture can be built to collide.
struct PairHash {
    std::uint64_t seed;

    std::size_t operator()(const PairKey& key) const noexcept
    {
        std::uint64_t hash = seed ^ key.protocol;
        for (const packet::Endpoint* end : {&key.low, &key.high}) {
            std::array<std::uint64_t, 2> words{};
            std::memcpy(words.data(), end->address.bytes.data(), sizeof words);
            hash = fold(hash ^ words[0]);
            hash = fold(hash ^ words[1] ^ (std::uint64_t{end->port} << 40));
        }
        return hash;
    }
    static std::uint64_t fold(std::uint64_t value)
    {
        value *= 0x9e3779b97f4a7c15ULL;
        return value ^ (value >> 29);
    }
};

std::uint64_t randomSeed()
{
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
}

} // namespace

struct FlowAssembler::State {
    struct Open;
    using Queue = std::list<Open>;
    struct Open {
        PairKey key;
        FlowState flow;
        base::Nanoseconds touched; ///< on our own clock, which never runs backwards
        std::size_t nextCheckpoint = 0;
    };

    AssemblerSettings settings;
    Sink sink;
    AssemblerCounters counters;
    tsl::robin_map<PairKey, Queue::iterator, PairHash> open{0, PairHash{randomSeed()}};
    Queue active;  ///< by last packet, oldest first
    Queue closing; ///< closed TCP flows that still take late packets, by the time they closed
    base::Nanoseconds clock = 0;
    base::Nanoseconds lastTime = 0;
    bool started = false;
    std::uint32_t nextId = 0;

    void moveClock(base::Nanoseconds time);
    void expire();
    void end(Queue& queue, Queue::iterator flow, FlowEnd why);
    Queue::iterator find(const PairKey& key, const Headers& headers, base::Nanoseconds time);
    Queue::iterator begin(const PairKey& key, const Headers& headers, const capture::PacketView& packet, bool fromLow);
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
    clock += std::clamp<base::Nanoseconds>(step, 0, 2 * settings.activeTimeout);
}

void FlowAssembler::State::expire()
{
    while (!closing.empty() && clock - closing.front().touched > settings.linger)
        end(closing, closing.begin(), FlowEnd::TcpClose);
    while (!active.empty() && clock - active.front().touched > settings.idleTimeout)
        end(active, active.begin(), FlowEnd::Idle);
}

void FlowAssembler::State::end(Queue& queue, Queue::iterator flow, FlowEnd why)
{
    sink(flow->flow.id(), flow->flow.record(why));
    open.erase(flow->key);
    queue.erase(flow);
}

/// The open flow that the packet belongs to, after ending one that it can no longer belong to.
FlowAssembler::State::Queue::iterator FlowAssembler::State::find(const PairKey& key, const Headers& headers,
                                                                 base::Nanoseconds time)
{
    const auto found = open.find(key);
    if (found == open.end())
        return active.end();
    const Queue::iterator flow = found->second;
    const bool closed = flow->flow.closed();
    Queue& queue = closed ? closing : active;
    const bool opens = (headers.tcpFlags & (TcpFlag::Syn | TcpFlag::Ack)) == TcpFlag::Syn;
    if (closed && opens) // the port is used again
        end(queue, flow, FlowEnd::TcpClose);
    else if (time - flow->flow.last() > settings.idleTimeout)
        end(queue, flow, FlowEnd::Idle);
    else if (time - flow->flow.start() > settings.activeTimeout)
        end(queue, flow, FlowEnd::ActiveTimeout);
    else
        return flow;
    return active.end();
}

FlowAssembler::State::Queue::iterator FlowAssembler::State::begin(const PairKey& key, const Headers& headers,
                                                                  const capture::PacketView& packet, bool fromLow)
{
    active.push_back({key, FlowState(FlowId(nextId++), headers, packet, fromLow), clock});
    const Queue::iterator flow = std::prev(active.end());
    open[key] = flow;
    return flow;
}

void FlowAssembler::State::checkpoint(Open& flow)
{
    if (flow.nextCheckpoint >= settings.checkpoints.size() ||
        flow.flow.packets() < settings.checkpoints[flow.nextCheckpoint])
        return;
    ++flow.nextCheckpoint;
    sink(flow.flow.id(), flow.flow.record(FlowEnd::Open));
}

FlowAssembler::FlowAssembler(AssemblerSettings settings, Sink sink)
    : m_state(std::make_unique<State>())
{
    m_state->settings = std::move(settings);
    m_state->sink = std::move(sink);
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

    auto flow = state.find(key, headers, packet.time);
    if (flow == state.active.end())
        flow = state.begin(key, headers, packet, fromLow);
    const bool wasClosed = flow->flow.closed();
    flow->flow.take(headers, packet, fromLow, state.settings.keepPlaces);
    if (!wasClosed) {
        flow->touched = state.clock;
        auto& home = flow->flow.closed() ? state.closing : state.active;
        home.splice(home.end(), state.active, flow);
    }
    state.checkpoint(*flow);
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
    while (!state.closing.empty())
        state.end(state.closing, state.closing.begin(), FlowEnd::TcpClose);
    while (!state.active.empty())
        state.end(state.active, state.active.begin(), FlowEnd::SourceEnded);
}

const AssemblerCounters& FlowAssembler::counters() const
{
    return m_state->counters;
}

std::size_t FlowAssembler::openFlows() const
{
    return m_state->active.size() + m_state->closing.size();
}

void FlowAssembler::forEachOpen(const Sink& visit) const
{
    std::vector<FlowState*> flows;
    for (auto* queue : {&m_state->active, &m_state->closing}) {
        for (auto& open : *queue)
            flows.push_back(&open.flow);
    }
    std::ranges::sort(flows, {}, [](const FlowState* flow) { return flow->id(); });
    for (FlowState* flow : flows)
        visit(flow->id(), flow->record(FlowEnd::Open));
}

} // namespace flowscent::flow
