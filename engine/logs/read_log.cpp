// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/logs/read_log.h"

#include "engine/flow/community_id.h"
#include "engine/logs/suricata_eve.h"
#include "engine/logs/zeek_json.h"
#include "engine/logs/zeek_tsv.h"

#include <cstring>
#include <limits>
#include <variant>

namespace flowscent::logs {

using base::Error;

namespace {

constexpr std::uint64_t batch = 1024;

using Parser = std::variant<ZeekTsv, ZeekJson, SuricataEve>;

Parser parserOf(LogKind kind)
{
    switch (kind) {
    case LogKind::ZeekTsv:
        return ZeekTsv();
    case LogKind::ZeekJson:
        return ZeekJson();
    case LogKind::SuricataEve:
        break;
    }
    return SuricataEve();
}

/// Counts what a line was and keeps its flow; false when there is no use in going on.
class Taker {
public:
    Taker(flow::LogReport& report, flow::FlowTable& table, std::uint64_t line)
        : m_report(report)
        , m_table(table)
        , m_line(line)
    {
    }

    bool operator()(NoEvent) { return true; }
    bool operator()(OtherEvent)
    {
        m_report.otherEvents.add(m_line);
        return true;
    }
    bool operator()(flow::LineFault fault)
    {
        m_report.faults[static_cast<std::size_t>(fault)].add(m_line);
        return true;
    }
    bool operator()(const WrongLog& log)
    {
        m_report.trouble = Error{Error::Code::Format, log.why, m_report.file.string()};
        return false;
    }
    bool operator()(const LoggedFlow& logged)
    {
        if (m_table.size() >= std::numeric_limits<std::uint32_t>::max()) {
            m_report.trouble =
                Error{Error::Code::Format, "line " + std::to_string(m_line) + ": more flows than a table can hold",
                      m_report.file.string()};
            return false;
        }
        if (!logged.communityId.empty() && logged.communityId != flow::communityId(logged.record.key))
            m_report.foreignCommunityIds.add(m_line);
        m_table.append(logged.record);
        ++m_report.flows;
        return true;
    }

private:
    flow::LogReport& m_report;
    flow::FlowTable& m_table;
    std::uint64_t m_line;
};

} // namespace

flow::LogReport readLog(const std::filesystem::path& file, LogKind kind, flow::FlowTable& table, const LogTick& tick,
                        const std::stop_token& stop)
{
    flow::LogReport report{.file = file,
                           .origin = kind == LogKind::SuricataEve ? flow::Origin::SuricataEve : flow::Origin::ZeekLog};
    auto reader = LineReader::open(file, stop);
    if (!reader) {
        report.trouble = reader.error();
        return report;
    }
    Parser parser = parserOf(kind);
    while (const auto line = reader->next()) {
        report.lines = line->number;
        const ParsedLine parsed = line->tooLong ? ParsedLine(flow::LineFault::TooLong)
                                                : std::visit([&](auto& format) { return format.parse(*line); }, parser);
        if (!std::visit(Taker(report, table, line->number), parsed))
            break;
        if (line->number % batch == 0) {
            if (stop.stop_requested())
                break;
            if (tick)
                tick(reader->bytesDone());
        }
    }
    if (reader->trouble() != 0)
        report.trouble = Error{Error::Code::Io,
                               "cannot be read on after line " + std::to_string(report.lines) + ": " +
                                   std::strerror(reader->trouble()),
                               file.string()};
    return report;
}

} // namespace flowscent::logs
