// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/flow/flow_record.h"

namespace flowscent::flow {

/// Many flows in columns: row i of every column is flow FlowId(i), ordered by the arrival of the first packet; rows of
/// logs follow in the order of their lines.
/// Built once by append, then shared as `std::shared_ptr<const FlowTable>`, which every thread may read.
class FlowTable {
public:
    std::vector<packet::Endpoint> client;
    std::vector<packet::Endpoint> server;
    std::vector<std::uint8_t> protocol;
    std::vector<base::Nanoseconds> start;
    std::vector<base::Nanoseconds> last;
    std::vector<TcpState> state;
    std::vector<FlowEnd> end;
    std::vector<std::uint8_t> directionGuessed; ///< 0 or 1
    std::vector<std::uint16_t> vlan;
    std::vector<packet::Tunnel> tunnel;
    std::vector<Origin> origin;
    std::vector<FlowStatistics> statistics;

    [[nodiscard]] std::size_t size() const { return start.size(); }
    [[nodiscard]] FlowKey key(FlowId id) const;
    [[nodiscard]] double durationSeconds(FlowId id) const;
    [[nodiscard]] std::span<const Observation> observations(FlowId id) const;
    [[nodiscard]] std::span<const capture::PacketPlace> places(FlowId id) const;
    /// Whether the row comes from packets, which scoring, the packet list and exports need.
    [[nodiscard]] bool hasPackets(FlowId id) const { return origin[id.value] == Origin::Packets; }
    /// The whole row as a value (copies).
    [[nodiscard]] FlowRecord record(FlowId id) const;

    void append(const FlowRecord& record);
    /// Copies one row of another table.
    void append(const FlowTable& other, FlowId row);
    /// Row i becomes what row `order[i]` was. Column by column, so that at most one column is held twice.
    void reorder(std::span<const std::uint32_t> order);
    void reserve(std::size_t flows);
    /// PacketPlace::file i becomes `to[i]`.
    void renumberFiles(std::span<const std::uint16_t> to);

private:
    std::vector<std::size_t> m_observationEnd; ///< prefix ends into m_observations
    std::vector<Observation> m_observations;
    std::vector<std::size_t> m_placeEnd;
    std::vector<capture::PacketPlace> m_places;
};

/// The rows that come from packets, ascending.
[[nodiscard]] std::vector<std::uint32_t> rowsWithPackets(const FlowTable& table);

} // namespace flowscent::flow
