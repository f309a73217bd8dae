// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/identity_lane.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace flowscent::flow {

namespace {

constexpr std::size_t mostEvents = 4096; ///< of a batch: at the end all flows are over at once

} // namespace

IdentityLane::IdentityLane(std::shared_ptr<identify::Names> names, const identify::IdentifierSettings& settings)
    : m_identifier(std::move(names), settings)
    , m_thread([this](const std::stop_token& stop) { run(stop); })
{
}

IdentityLane::~IdentityLane() = default;

/// A flow's ticket says here only whether the lane has heard of it.
void IdentityLane::note(const OpenFlow& open, What what, FlowId before)
{
    if (m_filling.events.size() >= mostEvents)
        flush();
    m_filling.events.push_back({.flow = open.id,
                                .before = before,
                                .what = what,
                                .clientSide = static_cast<std::uint8_t>(open.flow.clientIsLow() ? 0 : 1),
                                .packet = {}});
}

void IdentityLane::take(OpenFlows& flows, OpenFlows::Slot slot, const PacketNote& packet, const PacketBatch& batch)
{
    OpenFlow& open = flows[slot];
    open.ticket.value = 1;
    note(open, What::Packet);
    Event& event = m_filling.events.back();
    event.packet = flowPacket(packet, batch);
    event.begin = static_cast<std::uint32_t>(m_filling.bytes.size());
    event.length = static_cast<std::uint32_t>(event.packet.ip.size());
    event.headLength = event.length - static_cast<std::uint32_t>(event.packet.payload.size());
    m_filling.bytes.insert(m_filling.bytes.end(), event.packet.ip.begin(), event.packet.ip.end());
}

void IdentityLane::turn(OpenFlow& open)
{
    if (open.ticket.value != 0)
        note(open, What::Turn);
}

void IdentityLane::goOn(FlowId before, const identify::Identity&, OpenFlow& open)
{
    open.ticket.value = 1;
    note(open, What::GoOn, before);
}

void IdentityLane::finish(OpenFlow& open)
{
    if (open.ticket.value != 0)
        note(open, What::Finish);
}

void IdentityLane::flush()
{
    if (m_filling.events.empty())
        return;
    std::unique_lock lock(m_mutex);
    if (m_waiting.size() >= mostWaiting)
        m_changed.wait(lock, [this] { return m_waiting.size() <= fewWaiting; });
    m_waiting.push_back(std::move(m_filling));
    m_filling = {};
    if (!m_empty.empty()) {
        m_filling = std::move(m_empty.back());
        m_empty.pop_back();
    }
    if (m_waiting.size() == 1)
        m_changed.notify_all();
}

void IdentityLane::copyTo(base::Column<identify::Identity>& rows) const
{
    const std::scoped_lock lock(m_known);
    std::copy_n(m_identities.begin(), std::min(m_identities.size(), rows.size()), rows.begin());
}

void IdentityLane::waitAndCopyTo(base::Column<identify::Identity>& rows)
{
    flush();
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_waiting.empty() && !m_looking; });
    }
    copyTo(rows);
}

void IdentityLane::run(const std::stop_token& stop)
{
    std::vector<Batch> taken;
    for (;;) {
        {
            std::unique_lock lock(m_mutex);
            std::ranges::move(taken, std::back_inserter(m_empty));
            taken.clear();
            m_looking = false;
            m_changed.notify_all();
            if (!m_changed.wait(lock, stop, [this] { return !m_waiting.empty(); }))
                return;
            const std::size_t some = std::min(m_waiting.size(), fewWaiting);
            taken.assign(std::make_move_iterator(m_waiting.begin()),
                         std::make_move_iterator(m_waiting.begin() + static_cast<std::ptrdiff_t>(some)));
            m_waiting.erase(m_waiting.begin(), m_waiting.begin() + static_cast<std::ptrdiff_t>(some));
            m_looking = true;
        }
        for (Batch& batch : taken) {
            if (stop.stop_requested())
                return;
            look(batch);
            batch.events.clear();
            batch.bytes.clear();
        }
    }
}

void IdentityLane::look(const Batch& batch)
{
    const std::scoped_lock lock(m_known);
    for (const Event& event : batch.events)
        look(event, batch);
}

void IdentityLane::look(const Event& event, const Batch& batch)
{
    const std::size_t row = event.flow.value;
    if (row >= m_tickets.size()) {
        m_tickets.resize(row + 1);
        m_identities.resize(row + 1);
    }
    identify::Identifier::Ticket& ticket = m_tickets[row];
    identify::Identity& identity = m_identities[row];
    switch (event.what) {
    case What::Packet: {
        if (ticket.isDone())
            return;
        const bool begins = !ticket.isOpen();
        if (begins)
            makeRoom();
        identify::FlowPacket packet = event.packet;
        packet.ip = std::span(batch.bytes).subspan(event.begin, event.length);
        packet.payload = packet.ip.subspan(event.headLength);
        m_identifier.take(ticket, packet, event.clientSide, identity);
        if (begins && ticket.isOpen())
            m_begun.add(event.flow);
        return;
    }
    case What::Turn:
        return turnRound(identity);
    case What::GoOn:
        if (const identify::Identity known = m_identities[event.before.value]; known != identify::Identity{}) {
            identity = known;
            ticket.value = identify::Identifier::Ticket::done;
        }
        return;
    case What::Finish:
        return m_identifier.finish(ticket, identity);
    }
}

void IdentityLane::makeRoom()
{
    m_begun.makeRoom(
        m_identifier, [this](FlowId begun) { return m_tickets[begun.value].isOpen(); },
        [this](FlowId begun) { m_identifier.finish(m_tickets[begun.value], m_identities[begun.value]); });
}

} // namespace flowscent::flow
