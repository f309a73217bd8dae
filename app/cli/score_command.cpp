// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/flow_rows.h"
#include "app/cli/ready_detector.h"
#include "engine/base/csv.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace flowscent::cli {

namespace {

struct ScoreOptions {
    std::vector<std::string> captures;
    std::string detector;
    std::string output;
    std::string format = "csv";
    bool withoutIdentities = false;
};

std::string scoreColumns(RowFormat format, float score, std::uint32_t rank)
{
    if (std::isnan(score)) {
        const std::string reason(flow::withoutPackets);
        return format == RowFormat::Csv ? ",,,," + base::csvField(reason)
                                        : R"(,"score":null,"rank":null,"verdict":null,"reason":")" + reason + '"';
    }
    const std::string verdict(detect::text(detect::verdict(score)));
    char text[120];
    std::snprintf(text, sizeof text,
                  format == RowFormat::Csv ? ",%.9g,%u,%s," : R"(,"score":%.9g,"rank":%u,"verdict":"%s")",
                  static_cast<double>(score), rank, verdict.c_str());
    return text;
}

/// The rows that can be embedded, as a table of their own where there are others.
flow::FlowTable only(const flow::FlowTable& table, const std::vector<std::uint32_t>& rows)
{
    flow::FlowTable part;
    for (const std::uint32_t row : rows)
        part.append(table.record(flow::FlowId(row)));
    return part;
}

/// One score per flow, NaN for those that came without packets.
base::Result<std::vector<float>> scoreAll(const ReadyDetector& ready, const flow::FlowTable& table,
                                          const std::stop_token& stop)
{
    const auto rows = flow::rowsWithPackets(table);
    const auto features = rows.size() == table.size() ? features::extract(table, progressLine(), stop)
                                                      : features::extract(only(table, rows), progressLine(), stop);
    const auto described = detect::describe(*ready.encoder, features, progressLine(), stop);
    if (!described)
        return base::failure(described.error());
    if (stop.stop_requested())
        return base::failure(base::Error::Code::Cancelled, "stopped; nothing was written");
    const auto found = detect::score(ready.detector, *described);
    std::vector<float> scores(table.size(), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < rows.size(); ++i)
        scores[rows[i]] = found[i];
    return scores;
}

int run(const ScoreOptions& options, const std::stop_token& stop)
{
    int code = Good;
    if (auto writable = checkWritable(options.output); !writable)
        return fail(writable.error());
    const auto ready = readyDetector(options.detector);
    if (!ready)
        return fail(ready.error());
    const auto read = readCaptures(options.captures, rowSettings(options.withoutIdentities), stop, code);
    if (!read)
        return fail(read.error());
    const flow::FlowTable& table = *read->table;
    const auto scored = scoreAll(*ready, table, stop);
    if (!scored)
        return fail(scored.error());
    const std::vector<float>& scores = *scored;
    const auto ranks = detect::ranks(scores);
    const RowFormat format = options.format == "csv" ? RowFormat::Csv : RowFormat::JsonLines;
    const auto written = writeOutput(options.output, [&](std::ostream& out) -> base::Result<void> {
        writeHeader(out, format, ",score,rank,verdict,reason");
        for (const std::uint32_t row : detect::rankedRows(scores))
            writeRow(out, format, table, flow::FlowId(row), scoreColumns(format, scores[row], ranks[row]));
        return {};
    });
    if (!written)
        return fail(written.error());
    say(std::to_string(std::ranges::count_if(scores, [](float score) { return score >= detect::alarmScore; })) +
        " of " + std::to_string(scores.size()) + " flows score above the alarm line of '" + ready->detector.threatName +
        "'");
    if (const auto none = std::ranges::count_if(scores, [](float score) { return std::isnan(score); }); none > 0)
        say(std::to_string(none) + " flows have no score: " + std::string(flow::withoutPackets));
    return code;
}

} // namespace

void addScoreCommand(CLI::App& program, const Choose& choose)
{
    auto options = std::make_shared<ScoreOptions>();
    CLI::App* command =
        program.add_subcommand("score", "Rank every flow of captures by likeness to a detector's threat");
    command
        ->add_option(
            "CAPTURE", options->captures,
            "pcap or pcapng files, also gz, xz, zst, lz4, bz2 or zip, read as one capture in order of time; - is "
            "standard input")
        ->type_name("FILE")
        ->required();
    command->add_option("--detector", options->detector, "A file made by 'adapt'")->type_name("FILE")->required();
    command->add_option("-o,--output", options->output, "Write to this file instead of standard output")
        ->type_name("FILE");
    command->add_option("--format", options->format, "csv or jsonl")->check(CLI::IsMember({"csv", "jsonl"}));
    command->add_flag("--no-dpi", options->withoutIdentities,
                      "Look at headers only: no applications, host names and fingerprints");
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
