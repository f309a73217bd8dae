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
    statistics.push_back(record.statistics);
    m_observations.insert(m_observations.end(), record.observations.begin(), record.observations.end());
    m_observationEnd.push_back(m_observations.size());
    m_places.insert(m_places.end(), record.places.begin(), record.places.end());
    m_placeEnd.push_back(m_places.size());
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
    statistics.reserve(flows);
    m_observationEnd.reserve(flows);
    m_placeEnd.reserve(flows);
}

} // namespace flowscent::flow
