// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/identify/identifier.h"

namespace flowscent::identify {

namespace {

constexpr std::uint8_t mostPackets = 24;

} // namespace

struct Identifier::Kept {
    FlowHead head;
    Applications::Flow application;
    std::uint8_t packets = 0;
    bool headDone = false;
    bool applicationDone = false;

    void clear()
    {
        head.clear();
        application.reset();
        packets = 0;
        headDone = applicationDone = false;
    }
};

Identifier::Identifier(std::shared_ptr<Names> names, const IdentifierSettings& settings)
    : m_names(std::move(names))
    , m_applications(m_names)
    , m_asksApplications(settings.applications && Applications::available())
{
}

/// nDPI's flows go before nDPI.
Identifier::~Identifier()
{
    m_kept.clear();
}

Identifier::Kept& Identifier::keep(Ticket& ticket)
{
    if (!ticket.isOpen()) {
        if (m_free.empty()) {
            m_kept.push_back(std::make_unique<Kept>());
            m_free.push_back(static_cast<std::uint32_t>(m_kept.size()));
        }
        ticket.value = m_free.back();
        m_free.pop_back();
        ++m_open;
    }
    return *m_kept[ticket.value - 1];
}

void Identifier::take(Ticket& ticket, const FlowPacket& packet, std::uint8_t clientSide, Identity& identity)
{
    if (ticket.isDone())
        return;
    Kept& kept = keep(ticket);
    if (!kept.headDone) {
        const std::size_t before = kept.head.memory();
        kept.headDone = !kept.head.take(packet, clientSide, *m_names, identity);
        m_bytes += kept.head.memory() - before;
    }
    if (!kept.applicationDone)
        kept.applicationDone = !m_asksApplications || !m_applications.take(kept.application, packet);
    if ((kept.headDone && kept.applicationDone) || ++kept.packets >= mostPackets)
        finish(ticket, identity);
}

void Identifier::finish(Ticket& ticket, Identity& identity)
{
    if (ticket.isOpen()) {
        Kept& kept = *m_kept[ticket.value - 1];
        if (m_asksApplications)
            m_applications.tell(kept.application, identity);
        const bool guessed = identity.application == NameId{} || identity.confidence == Confidence::Port;
        if (guessed && identity.spoken != Spoken::Nothing) {
            identity.category = {};
            identity.application = m_names->add(text(identity.spoken));
            identity.confidence = Confidence::Payload;
        }
        m_bytes -= kept.head.memory();
        kept.clear();
        m_free.push_back(ticket.value);
        --m_open;
    }
    ticket.value = Ticket::done;
}

} // namespace flowscent::identify
