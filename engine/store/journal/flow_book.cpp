// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/journal/flow_book.h"

#include "engine/flow/community_id.h"

#include <map>
#include <optional>
#include <tuple>

namespace flowscent::store {

using base::Error;
using base::failure;
using base::Result;

namespace {

constexpr std::uint32_t lookEvery = 65536; ///< flows between two looks at the stop token

/// Ends without a direction, since who opened a flow may become known only later.
using Place = std::tuple<packet::Endpoint, packet::Endpoint, std::uint8_t, base::Nanoseconds>;

Place place(const flow::FlowKey& key, base::Nanoseconds start)
{
    return key.client < key.server ? Place{key.client, key.server, key.protocol, start}
                                   : Place{key.server, key.client, key.protocol, start};
}

struct Noted {
    std::int64_t number = 0;
    std::int64_t row = 0;
    Place where;
};

std::uint16_t port(std::int64_t number)
{
    return static_cast<std::uint16_t>(number & 0xffff);
}

Result<std::vector<Noted>> notedFlows(Database& database, std::int64_t capture)
{
    auto select =
        database.prepare("SELECT id, row, client, client_port, server, server_port, protocol, start FROM flow "
                         "WHERE capture = ?");
    if (!select)
        return failure(select.error());
    select->bind(capture);
    std::vector<Noted> noted;
    for (;;) {
        const auto more = select->step();
        if (!more)
            return failure(more.error());
        if (!*more)
            return noted;
        const auto client = packet::parseAddress(select->text(2));
        const auto server = packet::parseAddress(select->text(4));
        if (!client || !server)
            continue;
        const flow::FlowKey key{{*client, port(select->number(3))},
                                {*server, port(select->number(5))},
                                static_cast<std::uint8_t>(select->number(6) & 0xff)};
        noted.push_back({select->number(0), select->number(1), place(key, select->number(7))});
    }
}

} // namespace

FlowBook::FlowBook(Statement find, Statement add, std::int64_t capture, Database& database,
                   const flow::FlowTable& table)
    : m_find(std::move(find))
    , m_add(std::move(add))
    , m_capture(capture)
    , m_database(&database)
    , m_table(&table)
{
}

Result<FlowBook> FlowBook::open(Database& database, std::int64_t capture, const flow::FlowTable& table)
{
    auto find = database.prepare("SELECT id FROM flow WHERE capture = ? AND row = ? AND start = ? AND client = ? AND "
                                 "client_port = ? AND server = ? AND server_port = ? AND protocol = ?");
    auto add = database.prepare("INSERT INTO flow (capture, row, start, client, client_port, server, server_port, "
                                "protocol, community_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    if (!find)
        return failure(find.error());
    if (!add)
        return failure(add.error());
    return FlowBook(std::move(*find), std::move(*add), capture, database, table);
}

Result<std::int64_t> FlowBook::number(flow::FlowId flow)
{
    const flow::FlowKey key = m_table->key(flow);
    const std::string client = packet::text(key.client.address);
    const std::string server = packet::text(key.server.address);
    const std::int64_t row = flow.value;
    const std::int64_t start = m_table->start[flow.value];
    m_find.bind(m_capture, row, start, client, std::int64_t{key.client.port}, server, std::int64_t{key.server.port},
                std::int64_t{key.protocol});
    const auto known = m_find.step();
    if (!known)
        return failure(known.error());
    const std::int64_t number = *known ? m_find.number(0) : 0;
    m_find.reset();
    if (*known)
        return number;
    if (auto added = m_add.run(m_capture, row, start, client, std::int64_t{key.client.port}, server,
                               std::int64_t{key.server.port}, std::int64_t{key.protocol}, flow::communityId(key));
        !added)
        return failure(added.error());
    return m_database->lastRow();
}

Result<RowsOfFlows> rowsOfFlows(Database& database, std::int64_t capture, const flow::FlowTable& table,
                                const std::stop_token& stop)
{
    const auto noted = notedFlows(database, capture);
    if (!noted)
        return failure(noted.error());
    RowsOfFlows rows;
    std::map<Place, std::vector<std::int64_t>> elsewhere;
    const auto placeOf = [&table](std::uint32_t row) { return place(table.key(flow::FlowId(row)), table.start[row]); };
    for (const Noted& one : *noted) {
        const bool inTable = one.row >= 0 && one.row < static_cast<std::int64_t>(table.size());
        const auto row = static_cast<std::uint32_t>(one.row);
        if (inTable && placeOf(row) == one.where)
            rows.emplace(one.number, flow::FlowId(row));
        else
            elsewhere[one.where].push_back(one.number);
    }
    if (elsewhere.empty())
        return rows;
    std::map<Place, std::optional<std::uint32_t>> found; // nothing where several fit
    for (std::uint32_t row = 0; row < table.size(); ++row) {
        if (row % lookEvery == 0 && stop.stop_requested())
            return failure(Error::Code::Cancelled, "another capture was opened");
        const Place where = placeOf(row);
        if (!elsewhere.contains(where))
            continue;
        if (const auto [at, first] = found.emplace(where, row); !first)
            at->second = std::nullopt;
    }
    for (const auto& [where, row] : found) {
        if (row) {
            for (const std::int64_t number : elsewhere[where])
                rows.emplace(number, flow::FlowId(*row));
        }
    }
    return rows;
}

} // namespace flowscent::store
