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
    const Run run = m_observationRuns[id.value];
    return {m_observations.data() + run.begin, run.count};
}

std::span<const capture::PacketPlace> FlowTable::places(FlowId id) const
{
    const Run run = m_placeRuns[id.value];
    return {m_places.data() + run.begin, run.count};
}

FlowRecord FlowTable::record(FlowId id) const
{
    const auto seen = observations(id);
    const auto stored = places(id);
    return {.key = key(id),
            .start = start[id.value],
            .last = last[id.value],
            .state = state[id.value],
            .end = end[id.value],
            .directionGuessed = directionGuessed[id.value] != 0,
            .vlan = vlan[id.value],
            .tunnel = tunnel[id.value],
            .origin = origin[id.value],
            .identity = identity(id),
            .statistics = statistics[id.value],
            .observations = {seen.begin(), seen.end()},
            .places = {stored.begin(), stored.end()}};
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
    statistics.resize(rows);
    if (m_names)
        identities.resize(rows);
    m_observationRuns.resize(rows);
    m_placeRuns.resize(rows);
}

void FlowTable::put(FlowId id, const FlowRecord& record)
{
    const std::size_t row = id.value;
    if (row >= size())
        resize(row + 1);
    client[row] = record.key.client;
    server[row] = record.key.server;
    protocol[row] = record.key.protocol;
    start[row] = record.start;
    last[row] = record.last;
    state[row] = record.state;
    end[row] = record.end;
    directionGuessed[row] = record.directionGuessed ? 1 : 0;
    vlan[row] = record.vlan;
    tunnel[row] = record.tunnel;
    origin[row] = record.origin;
    statistics[row] = record.statistics;
    if (m_names)
        identities[row] = record.identity;
    m_observationRuns[row] = {m_observations.size(), record.observations.size()};
    m_observations.append(record.observations.data(), record.observations.size());
    m_placeRuns[row] = {m_places.size(), record.places.size()};
    m_places.append(record.places.data(), record.places.size());
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
