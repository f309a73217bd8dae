// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>
#include <unordered_map>

#include "engine/flow/flow_table.h"
#include "engine/store/journal/database.h"

namespace flowscent::store {

/// Gives the flows of a table their numbers in a journal, where each is written once with what tells it from others.
class FlowBook {
public:
    /// Database and table outlive the book.
    [[nodiscard]] static base::Result<FlowBook> open(Database& database, std::int64_t capture,
                                                     const flow::FlowTable& table);
    [[nodiscard]] base::Result<std::int64_t> number(flow::FlowId flow);

private:
    FlowBook(Statement find, Statement add, std::int64_t capture, Database& database, const flow::FlowTable& table);

    Statement m_find;
    Statement m_add;
    std::int64_t m_capture;
    Database* m_database;
    const flow::FlowTable* m_table;
};

using RowsOfFlows = std::unordered_map<std::int64_t, flow::FlowId>;

/// The other way: which row of the table a number means. By the row noted, where the same ends spoke at the same time;
/// else by the only flow of those ends (either way round) and that start. Numbers without a flow are left out.
/// Cancelled when stopped.
[[nodiscard]] base::Result<RowsOfFlows> rowsOfFlows(Database& database, std::int64_t capture,
                                                    const flow::FlowTable& table, const std::stop_token& stop);

} // namespace flowscent::store
