// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/flow_rows.h"

#include "app/cli/identity_columns.h"
#include "engine/flow/community_id.h"

#include <array>
#include <cstdio>

namespace flowscent::cli {

namespace {

std::string decimals(double value)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.6f", value);
    return text.data();
}

void writeCsv(std::ostream& out, const flow::FlowTable& table, flow::FlowId id)
{
    const auto row = id.value;
    const flow::FlowKey key = table.key(id);
    out << flow::communityId(key) << ',' << packet::text(key.client.address) << ',' << key.client.port << ','
        << packet::text(key.server.address) << ',' << key.server.port << ',' << flow::protocolText(key.protocol) << ','
        << base::epochText(table.start[row]) << ',' << decimals(table.durationSeconds(id)) << ','
        << table.packets[row][flow::outward] << ',' << table.packets[row][flow::inward] << ','
        << table.bytes[row][flow::outward] << ',' << table.bytes[row][flow::inward] << ','
        << flow::text(table.state[row]) << ',' << int{table.directionGuessed[row]} << ','
        << packet::text(table.tunnel[row]) << ',' << flow::text(table.origin[row]);
    writeIdentityCsv(out, table, id);
}

void writeJson(std::ostream& out, const flow::FlowTable& table, flow::FlowId id)
{
    const auto row = id.value;
    const flow::FlowKey key = table.key(id);
    out << R"({"community_id":")" << flow::communityId(key) << R"(","src_ip":")" << packet::text(key.client.address)
        << R"(","src_port":)" << key.client.port << R"(,"dst_ip":")" << packet::text(key.server.address)
        << R"(","dst_port":)" << key.server.port << R"(,"proto":")" << flow::protocolText(key.protocol)
        << R"(","start_epoch":)" << base::epochText(table.start[row]) << R"(,"duration_s":)"
        << decimals(table.durationSeconds(id)) << R"(,"packets_out":)" << table.packets[row][flow::outward]
        << R"(,"packets_in":)" << table.packets[row][flow::inward] << R"(,"bytes_out":)"
        << table.bytes[row][flow::outward] << R"(,"bytes_in":)" << table.bytes[row][flow::inward] << R"(,"state":")"
        << flow::text(table.state[row]) << R"(","direction_guessed":)"
        << (table.directionGuessed[row] != 0 ? "true" : "false") << R"(,"tunnel":")" << packet::text(table.tunnel[row])
        << R"(","origin":")" << flow::text(table.origin[row]) << '"';
    writeIdentityJson(out, table, id);
}

} // namespace

void writeHeader(std::ostream& out, RowFormat format, const std::string& moreColumns)
{
    if (format != RowFormat::Csv)
        return;
    out << "community_id,src_ip,src_port,dst_ip,dst_port,proto,start_epoch,duration_s,packets_out,packets_in,bytes_out,"
           "bytes_in,state,direction_guessed,tunnel,origin";
    writeIdentityHeader(out);
    out << moreColumns << '\n';
}

void writeRow(std::ostream& out, RowFormat format, const flow::FlowTable& table, flow::FlowId id,
              const std::string& more)
{
    if (format == RowFormat::Csv) {
        writeCsv(out, table, id);
        out << more << '\n';
    } else {
        writeJson(out, table, id);
        out << more << "}\n";
    }
}

} // namespace flowscent::cli
