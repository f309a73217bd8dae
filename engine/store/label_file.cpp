// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/label_file.h"

#include "engine/base/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <map>

namespace flowscent::store {

using base::Error;
using base::failure;

namespace {

constexpr std::array<std::string_view, 7> columns{"src_ip", "src_port",    "dst_ip", "dst_port",
                                                  "proto",  "start_epoch", "label"};
constexpr std::uint64_t startTolerance = 1'000'000; ///< 1 ms
constexpr std::size_t mostRows = 50'000'000;

using Columns = std::array<std::size_t, columns.size()>; ///< where each column stands

base::Result<Columns> readHeader(const std::vector<std::string>& header, const std::string& file)
{
    Columns places{};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto found = std::ranges::find(header, columns[i]);
        if (found == header.end())
            return failure(Error::Code::Format,
                           "has no column '" + std::string(columns[i]) +
                               "'; a label file has src_ip,src_port,dst_ip,dst_port,proto,start_epoch,label",
                           file);
        places[i] = static_cast<std::size_t>(found - header.begin());
    }
    for (const std::string& name : header) {
        if (std::ranges::find(columns, name) == columns.end())
            return failure(Error::Code::Format, "has the unknown column '" + name.substr(0, 40) + "'", file);
    }
    return places;
}

bool readEndpoint(const std::string& address, const std::string& port, packet::Endpoint& endpoint)
{
    const auto parsed = packet::parseAddress(address);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
    if (!parsed || error != std::errc{} || end != port.data() + port.size())
        return false;
    endpoint.address = *parsed;
    return true;
}

base::Result<LabelRow> readRow(const std::vector<std::string>& fields, const Columns& places, std::size_t line,
                               const std::string& file)
{
    const auto bad = [&](const std::string& what) {
        return failure(Error::Code::Format, "line " + std::to_string(line) + ": " + what, file);
    };
    if (fields.size() != columns.size())
        return bad("has " + std::to_string(fields.size()) + " fields instead of " + std::to_string(columns.size()));
    LabelRow row;
    row.line = line;
    if (!readEndpoint(fields[places[0]], fields[places[1]], row.source))
        return bad("src_ip or src_port is not an address and a port");
    if (!readEndpoint(fields[places[2]], fields[places[3]], row.destination))
        return bad("dst_ip or dst_port is not an address and a port");
    row.protocol = flow::protocolNumber(fields[places[4]]);
    if (row.protocol == 0 && fields[places[4]] != "0") // 0 is a protocol too, though none of ours
        return bad("proto '" + fields[places[4]].substr(0, 20) + "' is unknown");
    const auto start = base::parseEpoch(fields[places[5]]);
    if (!start)
        return bad("start_epoch '" + fields[places[5]].substr(0, 30) + "' is not a time in seconds");
    row.start = *start;
    row.label = fields[places[6]];
    if (row.label.empty())
        return bad("the label is empty");
    return row;
}

/// Both directions of a conversation share one.
flow::FlowKey unordered(const packet::Endpoint& one, const packet::Endpoint& two, std::uint8_t protocol)
{
    return one < two ? flow::FlowKey{one, two, protocol} : flow::FlowKey{two, one, protocol};
}

} // namespace

base::Result<std::vector<LabelRow>> readLabels(const std::filesystem::path& file)
{
    std::error_code ignored;
    if (std::filesystem::is_directory(file, ignored))
        return failure(Error::Code::Io, "is a directory, not a label file", file.string());
    std::ifstream stream(file);
    if (!stream)
        return failure(Error::Code::Io, std::string("cannot be read: ") + std::strerror(errno), file.string());
    base::CsvReader reader(stream, file.string());
    auto header = reader.next();
    if (!header)
        return failure(header.error());
    if (!*header)
        return failure(Error::Code::Format, "is empty", file.string());
    if (std::string& first = (**header).front(); first.starts_with("\xEF\xBB\xBF"))
        first.erase(0, 3); // spreadsheets begin UTF-8 files with a byte order mark
    const auto places = readHeader(**header, file.string());
    if (!places)
        return failure(places.error());

    std::vector<LabelRow> rows;
    for (;;) {
        auto record = reader.next();
        if (!record)
            return failure(record.error());
        if (!*record)
            return rows;
        auto row = readRow(**record, *places, reader.line(), file.string());
        if (!row)
            return failure(row.error());
        if (rows.size() == mostRows)
            return failure(Error::Code::Format, "has more rows than any capture has flows", file.string());
        rows.push_back(std::move(*row));
    }
}

namespace {

using TupleIndex = std::multimap<flow::FlowKey, std::uint32_t>;

std::optional<flow::FlowId> matchIn(const TupleIndex& byTuple, const flow::FlowTable& table, const LabelRow& row)
{
    const auto [first, last] = byTuple.equal_range(unordered(row.source, row.destination, row.protocol));
    const bool only = first != last && std::next(first) == last;
    const auto apart = [&](const auto& candidate) {
        const auto [early, late] = std::minmax(table.start[candidate.second], row.start);
        return static_cast<std::uint64_t>(late) - static_cast<std::uint64_t>(early);
    };
    const auto nearest =
        std::min_element(first, last, [&](const auto& one, const auto& two) { return apart(one) < apart(two); });
    if (nearest != last && (only || apart(*nearest) <= startTolerance))
        return flow::FlowId(nearest->second);
    return std::nullopt;
}

} // namespace

LabelMatches matchLabels(const flow::FlowTable& table, const std::vector<LabelRow>& rows)
{
    TupleIndex withPackets;
    TupleIndex ofLogs;
    for (std::uint32_t row = 0; row < table.size(); ++row)
        (table.hasPackets(flow::FlowId(row)) ? withPackets : ofLogs)
            .emplace(unordered(table.client[row], table.server[row], table.protocol[row]), row);

    LabelMatches matches;
    for (std::size_t index = 0; index < rows.size(); ++index) {
        auto flow = matchIn(withPackets, table, rows[index]);
        if (!flow)
            flow = matchIn(ofLogs, table, rows[index]);
        if (flow)
            matches.matched.push_back({*flow, index});
        else
            matches.unmatched.push_back(index);
    }
    return matches;
}

} // namespace flowscent::store
