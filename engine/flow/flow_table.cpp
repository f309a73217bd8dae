// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/flow_table.h"

namespace flowscent::flow {

FlowKey FlowTable::key(FlowId id) const
{
    return {client[id.value], server[id.value], protocol[id.value]};
}

double FlowTable::durationSeconds(FlowId id) const
{
    return static_cast<double>(last[id.value] - start[id.value]) / static_cast<double>(base::nanosecondsPerSecond);
}

std::span<const Observation> FlowTable::observations(FlowId id) const
{
    const Runs runs = m_runs[id.value];
    return {m_observations.data() + runs.observations, runs.observationCount};
}

std::span<const capture::PacketPlace> FlowTable::places(FlowId id) const
{
    const Runs runs = m_runs[id.value];
    return {m_places.data() + runs.places, runs.placeCount};
}

FlowView FlowTable::view(FlowId id) const
{
    const std::size_t row = id.value;
    return {.key = key(id),
            .start = start[row],
            .last = last[row],
            .state = state[row],
            .end = end[row],
            .directionGuessed = directionGuessed[row] != 0,
            .vlan = vlan[row],
            .tunnel = tunnel[row],
            .origin = origin[row],
            .identity = identity(id),
            .packets = packets[row],
            .bytes = bytes[row],
            .icmpErrors = icmpErrors[row],
            .observations = observations(id),
            .places = places(id),
            .totals = m_totalsOf[row] == 0 ? nullptr : &m_totals[m_totalsOf[row] - 1]};
}

void FlowTable::resize(std::size_t rows)
{
    client.resize(rows);
    server.resize(rows);
    protocol.resize(rows);
    start.resize(rows);
    last.resize(rows);
    state.resize(rows);
    end.resize(rows);
    directionGuessed.resize(rows);
    vlan.resize(rows);
    tunnel.resize(rows);
    origin.resize(rows);
    packets.resize(rows);
    bytes.resize(rows);
    icmpErrors.resize(rows);
    if (m_names)
        identities.resize(rows);
    m_runs.resize(rows);
    m_totalsOf.resize(rows);
}

void FlowTable::put(FlowId id, const FlowView& flow)
{
    const std::size_t row = id.value;
    if (row >= size())
        resize(row + 1);
    client[row] = flow.key.client;
    server[row] = flow.key.server;
    protocol[row] = flow.key.protocol;
    start[row] = flow.start;
    last[row] = flow.last;
    state[row] = flow.state;
    end[row] = flow.end;
    directionGuessed[row] = flow.directionGuessed ? 1 : 0;
    vlan[row] = flow.vlan;
    tunnel[row] = flow.tunnel;
    origin[row] = flow.origin;
    packets[row] = flow.packets;
    bytes[row] = flow.bytes;
    icmpErrors[row] = flow.icmpErrors;
    if (m_names)
        identities[row] = flow.identity;
    m_runs[row] = {.places = m_places.size(),
                   .placeCount = flow.places.size(),
                   .observations = m_observations.size() & ((std::uint64_t{1} << 56) - 1),
                   .observationCount = static_cast<std::uint8_t>(flow.observations.size())};
    m_observations.append(flow.observations.data(), flow.observations.size());
    m_places.append(flow.places.data(), flow.places.size());
    if (flow.totals != nullptr) {
        m_totals.push_back(*flow.totals);
        m_totalsOf[row] = static_cast<std::uint32_t>(m_totals.size());
    }
}

void FlowTable::renumberFiles(std::span<const std::uint16_t> to)
{
    for (capture::PacketPlace& place : m_places)
        place.file = to[place.file];
}

std::vector<std::uint32_t> rowsWithPackets(const FlowTable& table)
{
    std::vector<std::uint32_t> rows;
    rows.reserve(table.size());
    for (std::uint32_t row = 0; row < table.size(); ++row) {
        if (table.hasPackets(FlowId(row)))
            rows.push_back(row);
    }
    return rows;
}

} // namespace flowscent::flow
