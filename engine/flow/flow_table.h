// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/column.h"
#include "engine/flow/flow_view.h"

namespace flowscent::flow {

/// Many flows in columns: row i of every column is flow FlowId(i), ordered by the arrival of the first packet; rows of
/// logs follow in the order of their lines.
/// Built once, then shared as `std::shared_ptr<const FlowTable>`, which every thread may read.
class FlowTable {
public:
    base::Column<packet::Endpoint> client;
    base::Column<packet::Endpoint> server;
    base::Column<std::uint8_t> protocol;
    base::Column<base::Nanoseconds> start;
    base::Column<base::Nanoseconds> last;
    base::Column<TcpState> state;
    base::Column<FlowEnd> end;
    base::Column<std::uint8_t> directionGuessed; ///< 0 or 1
    base::Column<std::uint16_t> vlan;
    base::Column<packet::Tunnel> tunnel;
    base::Column<Origin> origin;
    base::Column<std::array<std::uint64_t, 2>> packets; ///< outward, inward
    base::Column<std::array<std::uint64_t, 2>> bytes;   ///< on the wire
    base::Column<IcmpErrors> icmpErrors;
    base::Column<identify::Identity> identities; ///< empty when flows were not identified, see `identity`

    FlowTable() = default;
    /// For flows whose identities have their texts in `names`, which may be null.
    explicit FlowTable(std::shared_ptr<const identify::Names> names)
        : m_names(std::move(names))
    {
    }

    [[nodiscard]] std::size_t size() const { return start.size(); }
    [[nodiscard]] FlowKey key(FlowId id) const;
    [[nodiscard]] identify::Identity identity(FlowId id) const
    {
        return m_names ? identities[id.value] : identify::Identity{};
    }
    [[nodiscard]] std::string_view text(identify::NameId name) const { return m_names ? m_names->text(name) : ""; }
    [[nodiscard]] bool identified() const { return m_names != nullptr; }
    [[nodiscard]] double durationSeconds(FlowId id) const;
    [[nodiscard]] std::span<const Observation> observations(FlowId id) const;
    [[nodiscard]] std::span<const capture::PacketPlace> places(FlowId id) const;
    /// Whether the row comes from packets, which scoring, the packet list and exports need.
    [[nodiscard]] bool hasPackets(FlowId id) const { return origin[id.value] == Origin::Packets; }
    /// The whole row. Good while the table is not added to.
    [[nodiscard]] FlowView view(FlowId id) const;
    /// Everything counted of a row: added up from its observations, but of long flows and of logs, whose sums are kept.
    [[nodiscard]] FlowStatistics statistics(FlowId id) const { return view(id).statistics(); }
    /// The whole row as a value (copies).
    [[nodiscard]] FlowRecord record(FlowId id) const { return view(id).record(); }

    void append(const FlowRecord& record) { put(FlowId(static_cast<std::uint32_t>(size())), viewOf(record)); }
    /// Fills a row that was never filled before; rows up to it come into being, empty until they are filled themselves.
    void put(FlowId id, const FlowView& flow);
    /// PacketPlace::file i becomes `to[i]`.
    void renumberFiles(std::span<const std::uint16_t> to);

private:
    /// Where a row's values lie in the columns of all rows' values; rows are filled in another order than they are
    /// numbered.
    struct Runs {
        std::uint64_t places = 0;
        std::uint64_t placeCount = 0;
        std::uint64_t observations : 56 = 0;
        std::uint64_t observationCount : 8 = 0;
    };
    static_assert(keptObservations < 256);
    void resize(std::size_t rows);

    std::shared_ptr<const identify::Names> m_names; ///< null when flows were not identified
    base::Column<Runs> m_runs;
    base::Column<std::uint32_t> m_totalsOf; ///< 1 + index in m_totals; 0 for none
    base::Column<FlowStatistics> m_totals;  ///< of the rows whose observations do not tell all
    base::Column<Observation> m_observations;
    base::Column<capture::PacketPlace> m_places;
};

/// The rows that come from packets, ascending.
[[nodiscard]] std::vector<std::uint32_t> rowsWithPackets(const FlowTable& table);

} // namespace flowscent::flow
