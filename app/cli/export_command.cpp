// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"

#include "engine/hunt/filter.h"
#include "engine/store/label_file.h"
#include "engine/store/packet_export.h"

#include <CLI/CLI.hpp>

#include <map>

namespace flowscent::cli {

namespace {

struct ExportOptions {
    std::vector<std::string> captures;
    std::string filter;
    std::string labels;
    std::string output;
};

/// What a label file says of the flows: for the comments by name, for the filter as labels.
struct Labelled {
    std::map<flow::FlowId, std::string> names;
    hunt::SupportSet support;
};

base::Result<Labelled> readLabelled(const std::string& file, const flow::FlowTable& table)
{
    Labelled labelled;
    if (file.empty())
        return labelled;
    const auto rows = store::readLabels(file);
    if (!rows)
        return base::failure(rows.error());
    const store::LabelMatches matches = store::matchLabels(table, *rows);
    for (const store::LabelMatch& match : matches.matched) {
        const store::LabelRow& row = (*rows)[match.row];
        if (labelled.names.emplace(match.flow, row.label).second)
            labelled.support.set(match.flow, row.benign() ? hunt::Label::NotThreat : hunt::Label::Threat);
    }
    if (!matches.unmatched.empty())
        say(file + ": " + std::to_string(matches.unmatched.size()) + " of " + std::to_string(rows->size()) +
            " rows match no flow of the capture");
    return labelled;
}

int run(const ExportOptions& options, const std::stop_token& stop)
{
    int code = Good;
    const auto filter = hunt::Filter::parse(options.filter);
    if (!filter) {
        say("--filter, " + filter.error().sentence());
        return Usage;
    }
    if (auto writable = checkWritable(options.output); !writable)
        return fail(writable.error());
    const auto read = readCaptures(options.captures, rowSettings(true), stop, code);
    if (!read)
        return fail(read.error());
    const auto labelled = readLabelled(options.labels, *read->table);
    if (!labelled)
        return fail(labelled.error());

    store::PacketExport chosen{
        .table = read->table, .files = read->files, .descriptions = read->descriptions, .flows = {}};
    for (const std::uint32_t row : filter->apply(*read->table, {.support = &labelled->support})) {
        const auto name = labelled->names.find(flow::FlowId(row));
        chosen.flows.push_back({flow::FlowId(row), name == labelled->names.end() ? std::string() : name->second});
    }
    if (chosen.flows.empty())
        return fail({base::Error::Code::Argument, "no flow passes the filter, so nothing was written", {}});
    const auto written =
        store::exportPackets(chosen, options.output == "-" ? "/dev/stdout" : options.output, progressLine(), stop);
    if (!written)
        return fail(written.error());
    say("wrote " + std::to_string(written->packets) + " packets of " + std::to_string(written->flows) + " flows to " +
        options.output);
    if (written->withoutPackets > 0)
        say(std::to_string(written->withoutPackets) +
            " chosen flows have no packets to write: " + std::string(flow::withoutPackets));
    return code;
}

} // namespace

void addExportCommand(CLI::App& program, const Choose& choose)
{
    auto options = std::make_shared<ExportOptions>();
    CLI::App* command = program.add_subcommand(
        "export", "Copy the packets of chosen flows into a pcapng file, with comments that name flow and label");
    command->add_option("CAPTURE", options->captures, "pcap or pcapng files, read as one capture")
        ->type_name("FILE")
        ->required();
    command
        ->add_option("--filter", options->filter, "Which flows, as in the workbench: 'tcp.port == 443 and bytes > 1M'")
        ->type_name("EXPR");
    command->add_option("--labels", options->labels, "Label file: names for the comments, and for 'label == threat'")
        ->type_name("FILE");
    command->add_option("--out", options->output, "The pcapng file to write")->type_name("FILE")->required();
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
