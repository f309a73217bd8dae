// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/flow_identifier.h"

#include <utility>

namespace flowscent::flow {

identify::FlowPacket flowPacket(const PacketNote& note, const PacketBatch& batch)
{
    const PacketHead& head = batch.heads[note.head - 1];
    const std::span<const std::uint8_t> datagram(batch.bytes.data() + head.begin, head.length);
    const packet::Headers& headers = note.headers;
    const bool syn = (headers.tcpFlags & packet::TcpFlag::Syn) != 0; // occupies a sequence number of its own
    return {.ip = datagram,
            .payload = datagram.subspan(head.payload),
            .time = note.time,
            .sequence = headers.tcpSequence + (syn ? 1 : 0),
            .sourcePort = headers.source.port,
            .destinationPort = headers.destination.port,
            .protocol = headers.protocol,
            .side = static_cast<std::uint8_t>(note.fromLow ? 0 : 1)};
}

void turnRound(identify::Identity& identity)
{
    if (!identity.ssh()) // of TLS, each side's hello says itself whose it is
        return;
    std::swap(identity.clientPrint, identity.serverPrint);
    std::swap(identity.agent, identity.software);
}

void PromptIdentifier::take(OpenFlows& flows, OpenFlows::Slot slot, const PacketNote& note, const PacketBatch& batch)
{
    OpenFlow& open = flows[slot];
    if (open.ticket.isDone())
        return;
    const bool begins = !open.ticket.isOpen();
    if (begins)
        makeRoom(flows);
    m_identifier.take(open.ticket, flowPacket(note, batch), static_cast<std::uint8_t>(open.flow.clientIsLow() ? 0 : 1),
                      open.flow.identity());
    if (begins && open.ticket.isOpen())
        m_begun.add({slot, open.id});
}

void PromptIdentifier::turn(OpenFlow& open)
{
    turnRound(open.flow.identity());
}

void PromptIdentifier::goOn(FlowId, const identify::Identity& known, OpenFlow& open)
{
    if (known == identify::Identity{})
        return;
    open.flow.identity() = known;
    open.ticket.value = identify::Identifier::Ticket::done;
}

void PromptIdentifier::finish(OpenFlow& open)
{
    m_identifier.finish(open.ticket, open.flow.identity());
}

void PromptIdentifier::makeRoom(OpenFlows& flows)
{
    m_begun.makeRoom(
        m_identifier,
        [&flows](const Begun& begun) { return flows.holds(begun.slot, begun.id) && flows[begun.slot].ticket.isOpen(); },
        [&](const Begun& begun) { finish(flows[begun.slot]); });
}

} // namespace flowscent::flow
