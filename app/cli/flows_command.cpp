// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/flow_rows.h"
#include "app/cli/flow_stats.h"
#include "app/cli/followed_flows.h"

#include <CLI/CLI.hpp>

namespace flowscent::cli {

namespace {

struct FlowsOptions {
    std::vector<std::string> captures;
    std::string output;
    std::string format = "csv";
    bool statistics = false;
    bool follow = false;
    bool withoutIdentities = false;
};

int run(const FlowsOptions& options, const std::stop_token& stop)
{
    const RowFormat format = options.format == "csv" ? RowFormat::Csv : RowFormat::JsonLines;
    if (options.follow && options.captures.size() > 1) {
        say("--follow takes one capture");
        return Usage;
    }
    const flow::AssemblerSettings settings = rowSettings(options.withoutIdentities || options.statistics);
    if (options.follow)
        return writeFollowedFlows(options.captures.front(), settings, options.output, format, stop);
    int code = Good;
    const auto read = readCaptures(options.captures, settings, stop, code);
    if (!read)
        return fail(read.error());
    const flow::FlowTable& table = *read->table;
    const auto written = writeOutput(options.output, [&](std::ostream& out) -> base::Result<void> {
        if (options.statistics) {
            writeStatistics(out, *read);
            return {};
        }
        writeHeader(out, format, "");
        for (std::uint32_t row = 0; row < table.size() && out; ++row)
            writeRow(out, format, table, flow::FlowId(row), "");
        return {};
    });
    return written ? code : fail(written.error());
}

} // namespace

void addFlowsCommand(CLI::App& program, const Choose& choose)
{
    auto options = std::make_shared<FlowsOptions>();
    CLI::App* command =
        program.add_subcommand("flows", "List the bidirectional flows of captures and of sensors' logs");
    command
        ->add_option("CAPTURE", options->captures,
                     "pcap or pcapng files, also gz, xz, zst, lz4, bz2 or zip, read as one capture in order of time; "
                     "Zeek's conn.log, Suricata's eve.json; - is a capture on standard input")
        ->type_name("FILE")
        ->required();
    command->add_option("-o,--output", options->output, "Write to this file instead of standard output")
        ->type_name("FILE");
    command->add_option("--format", options->format, "csv or jsonl")->check(CLI::IsMember({"csv", "jsonl"}));
    command->add_flag("--stats", options->statistics, "Print what was read and counted instead of the flows");
    command->add_flag("--follow", options->follow,
                      "The capture is still being written (best by tcpdump -U): print each flow when it ends, until "
                      "Ctrl+C");
    command->add_flag("--no-dpi", options->withoutIdentities,
                      "Look at headers only: no applications, host names and fingerprints");
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
