// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <numeric>

#include "engine/flow/flow_table.h"

/// Flows of which a summary reads everything, written in one line each.
namespace flowscent::test {

struct Row {
    const char* client = "10.0.0.1";
    const char* server = "10.0.0.2";
    std::uint16_t port = 80;
    std::uint8_t protocol = 6;
    base::Nanoseconds start = 0;
    base::Nanoseconds lasts = 0;
    std::array<std::uint64_t, 2> packets{1, 0};
    std::array<std::uint64_t, 2> bytes{60, 0};
    flow::TcpState state = flow::TcpState::None;
    identify::Identity identity{};
};

inline flow::FlowTable tableOf(const std::vector<Row>& rows, std::shared_ptr<const identify::Names> names = nullptr)
{
    flow::FlowTable table(std::move(names));
    for (const Row& row : rows) {
        flow::FlowRecord record;
        record.key.client = {packet::parseAddress(row.client).value(), 40000};
        record.key.server = {packet::parseAddress(row.server).value(), row.port};
        record.key.protocol = row.protocol;
        record.start = row.start;
        record.last = row.start + row.lasts;
        record.state = row.state;
        record.identity = row.identity;
        record.statistics.packets = row.packets;
        record.statistics.bytes = row.bytes;
        table.append(record);
    }
    return table;
}

inline std::vector<std::uint32_t> allRows(const flow::FlowTable& table)
{
    std::vector<std::uint32_t> rows(table.size());
    std::iota(rows.begin(), rows.end(), 0U);
    return rows;
}

} // namespace flowscent::test
