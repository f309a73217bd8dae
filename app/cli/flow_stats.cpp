// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/flow_stats.h"

#include <map>

namespace flowscent::cli {

namespace {

void line(std::ostream& out, const std::string& name, std::uint64_t value)
{
    out << name << '\t' << value << '\n';
}

} // namespace

void writeStatistics(std::ostream& out, const flow::ReadOutcome& read)
{
    const flow::FlowTable& table = *read.table;
    std::map<std::uint8_t, std::uint64_t> flowsOf;
    std::uint64_t inFlows = 0;
    std::uint64_t timeouts = 0;
    for (std::uint32_t row = 0; row < table.size(); ++row) {
        ++flowsOf[table.protocol[row]];
        inFlows += table.packets[row][flow::outward] + table.packets[row][flow::inward];
        if (table.end[row] == flow::FlowEnd::Idle || table.end[row] == flow::FlowEnd::ActiveTimeout)
            ++timeouts;
    }
    line(out, "packets", read.counters.packets);
    line(out, "packets in flows", inFlows);
    line(out, "flows", table.size());
    for (const auto& [protocol, flows] : flowsOf)
        line(out, "flows " + flow::protocolText(protocol), flows);
    line(out, "ended by time-out", timeouts);
    line(out, "clock went back", read.counters.clockWentBack);
    for (std::size_t reason = 0; reason < read.counters.skipped.size(); ++reason) {
        if (read.counters.skipped[reason] > 0)
            line(out, "no flow: " + std::string(packet::text(static_cast<packet::SkipReason>(reason))),
                 read.counters.skipped[reason]);
    }
    if (read.damage)
        out << "damage\t" << read.damage->sentence() << '\n';
}

} // namespace flowscent::cli
