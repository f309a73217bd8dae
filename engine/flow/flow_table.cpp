// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/flow_table.h"

namespace flowscent::flow {

namespace {

template <class T>
std::span<const T> slice(const std::vector<T>& values, const std::vector<std::size_t>& ends, FlowId id)
{
    const std::size_t begin = id.value == 0 ? 0 : ends[id.value - 1];
    return std::span(values).subspan(begin, ends[id.value] - begin);
}

template <class T>
void reorderColumn(std::vector<T>& column, std::span<const std::uint32_t> order)
{
    std::vector<T> sorted;
    sorted.reserve(order.size());
    for (const std::uint32_t row : order)
        sorted.push_back(column[row]);
    column = std::move(sorted);
}

template <class T>
void reorderRuns(std::vector<T>& values, std::vector<std::size_t>& ends, std::span<const std::uint32_t> order)
{
    std::vector<T> sorted;
    std::vector<std::size_t> sortedEnds;
    sorted.reserve(values.size());
    sortedEnds.reserve(order.size());
    for (const std::uint32_t row : order) {
        const auto run = slice(values, ends, FlowId(row));
        sorted.insert(sorted.end(), run.begin(), run.end());
        sortedEnds.push_back(sorted.size());
    }
    values = std::move(sorted);
    ends = std::move(sortedEnds);
}

template <class T>
void appendRun(std::vector<T>& values, std::vector<std::size_t>& ends, std::span<const T> run)
{
    values.insert(values.end(), run.begin(), run.end());
    ends.push_back(values.size());
}

} // namespace

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
    return slice(m_observations, m_observationEnd, id);
}

std::span<const capture::PacketPlace> FlowTable::places(FlowId id) const
{
    return slice(m_places, m_placeEnd, id);
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
            .statistics = statistics[id.value],
            .observations = {seen.begin(), seen.end()},
            .places = {stored.begin(), stored.end()}};
}

void FlowTable::append(const FlowRecord& record)
{
    client.push_back(record.key.client);
    server.push_back(record.key.server);
    protocol.push_back(record.key.protocol);
    start.push_back(record.start);
    last.push_back(record.last);
    state.push_back(record.state);
    end.push_back(record.end);
    directionGuessed.push_back(record.directionGuessed ? 1 : 0);
    vlan.push_back(record.vlan);
    tunnel.push_back(record.tunnel);
    origin.push_back(record.origin);
    statistics.push_back(record.statistics);
    appendRun(m_observations, m_observationEnd, std::span<const Observation>(record.observations));
    appendRun(m_places, m_placeEnd, std::span<const capture::PacketPlace>(record.places));
}

void FlowTable::append(const FlowTable& other, FlowId id)
{
    const std::uint32_t row = id.value;
    client.push_back(other.client[row]);
    server.push_back(other.server[row]);
    protocol.push_back(other.protocol[row]);
    start.push_back(other.start[row]);
    last.push_back(other.last[row]);
    state.push_back(other.state[row]);
    end.push_back(other.end[row]);
    directionGuessed.push_back(other.directionGuessed[row]);
    vlan.push_back(other.vlan[row]);
    tunnel.push_back(other.tunnel[row]);
    origin.push_back(other.origin[row]);
    statistics.push_back(other.statistics[row]);
    appendRun(m_observations, m_observationEnd, other.observations(id));
    appendRun(m_places, m_placeEnd, other.places(id));
}

void FlowTable::reorder(std::span<const std::uint32_t> order)
{
    reorderColumn(client, order);
    reorderColumn(server, order);
    reorderColumn(protocol, order);
    reorderColumn(start, order);
    reorderColumn(last, order);
    reorderColumn(state, order);
    reorderColumn(end, order);
    reorderColumn(directionGuessed, order);
    reorderColumn(vlan, order);
    reorderColumn(tunnel, order);
    reorderColumn(origin, order);
    reorderColumn(statistics, order);
    reorderRuns(m_observations, m_observationEnd, order);
    reorderRuns(m_places, m_placeEnd, order);
}

void FlowTable::reserve(std::size_t flows)
{
    client.reserve(flows);
    server.reserve(flows);
    protocol.reserve(flows);
    start.reserve(flows);
    last.reserve(flows);
    state.reserve(flows);
    end.reserve(flows);
    directionGuessed.reserve(flows);
    vlan.reserve(flows);
    tunnel.reserve(flows);
    origin.reserve(flows);
    statistics.reserve(flows);
    m_observationEnd.reserve(flows);
    m_placeEnd.reserve(flows);
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
