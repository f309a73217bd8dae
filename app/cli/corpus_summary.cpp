// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/corpus_tools.h"

#include "engine/base/atomic_file.h"
#include "engine/store/corpus_summary.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <numeric>

namespace flowscent::cli {

namespace {

struct SummaryOptions {
    std::string folder;
    std::string json;
};

void printSplit(const store::SplitSummary& split)
{
    std::cout << split.split << ": " << counted(split.captures, "capture") << " of "
              << counted(split.sessions, "session") << " and " << counted(split.networks, "network") << "; "
              << counted(split.threatClasses, "threat class", "threat classes") << ", "
              << counted(split.benignClasses, "benign class", "benign classes") << "; "
              << counted(split.threatFlows, "threat flow") << ", " << counted(split.benignFlows, "benign flow") << ", "
              << split.distinctFlows << " of them distinct";
    if (split.unmatchedLabels > 0)
        std::cout << "; " << counted(split.unmatchedLabels, "label") << " without a flow";
    char line[200];
    const auto& q = split.packetQuartiles;
    std::snprintf(line, sizeof line, "\n  packets a flow: least %.0f, quartiles %g, %g, %g, most %.0f\n", q[0], q[1],
                  q[2], q[3], q[4]);
    std::cout << line;
    for (const auto& [source, amount] : split.bySource)
        std::cout << "  " << source << ": " << counted(amount.captures, "capture") << ", "
                  << counted(amount.flows, "flow") << '\n';
}

/// Sites are numbered, so that two dozen of them fit beside each other.
void printTable(const store::SiteTable& table)
{
    if (table.sites.empty())
        return;
    std::cout << "\nFlows of every behaviour at every site\n";
    for (std::size_t i = 0; i < table.sites.size(); ++i)
        std::cout << "  " << i + 1 << " = " << table.sites[i] << '\n';
    std::size_t width = 9;
    for (const std::string& behaviour : table.behaviours)
        width = std::max(width, behaviour.size() + 2);
    std::cout << "  " << left("", width);
    for (std::size_t i = 0; i < table.sites.size(); ++i)
        std::cout << right(std::to_string(i + 1), 7);
    std::cout << right("all", 8) << "  sites\n";
    for (std::size_t row = 0; row < table.behaviours.size(); ++row) {
        const auto& flows = table.flows[row];
        std::cout << (table.threat[row] ? "! " : "  ") << left(table.behaviours[row], width);
        for (const std::uint64_t count : flows)
            std::cout << right(count == 0 ? "." : std::to_string(count), 7);
        std::cout << right(std::to_string(std::accumulate(flows.begin(), flows.end(), std::uint64_t{0})), 8) << "  "
                  << static_cast<std::size_t>(std::ranges::count_if(flows, [](std::uint64_t n) { return n > 0; }))
                  << '\n';
    }
    std::cout << "  (! is a threat)\n";
}

std::string jsonText(const std::string& folder, const store::CorpusSummary& summary)
{
    nlohmann::ordered_json splits = nlohmann::ordered_json::array();
    for (const store::SplitSummary& split : summary.splits) {
        nlohmann::ordered_json sources = nlohmann::ordered_json::object();
        for (const auto& [source, amount] : split.bySource)
            sources[source] = {{"captures", amount.captures}, {"flows", amount.flows}};
        splits.push_back({{"split", split.split},
                          {"captures", split.captures},
                          {"sessions", split.sessions},
                          {"networks", split.networks},
                          {"threat_classes", split.threatClasses},
                          {"benign_classes", split.benignClasses},
                          {"threat_flows", split.threatFlows},
                          {"benign_flows", split.benignFlows},
                          {"distinct_flows", split.distinctFlows},
                          {"labels_without_flow", split.unmatchedLabels},
                          {"packets_a_flow", split.packetQuartiles},
                          {"sources", sources}});
    }
    nlohmann::ordered_json behaviours = nlohmann::ordered_json::array();
    const store::SiteTable& table = summary.table;
    for (std::size_t row = 0; row < table.behaviours.size(); ++row) {
        nlohmann::ordered_json flows = nlohmann::ordered_json::object();
        for (std::size_t site = 0; site < table.sites.size(); ++site) {
            if (table.flows[row][site] > 0)
                flows[table.sites[site]] = table.flows[row][site];
        }
        behaviours.push_back({{"behaviour", table.behaviours[row]},
                              {"kind", table.threat[row] ? "threat" : "benign"},
                              {"flows", flows}});
    }
    const nlohmann::ordered_json document{
        {"corpus", folder}, {"splits", splits}, {"sites", table.sites}, {"behaviours", behaviours}};
    return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

int run(const SummaryOptions& options, const std::stop_token& stop)
{
    if (auto writable = checkWritable(options.json); !writable)
        return fail(writable.error());
    const auto summary = store::summariseCorpus(options.folder, progressLine(), stop);
    if (!summary)
        return fail(summary.error());
    for (const std::string& remark : summary->remarks)
        say(remark);
    for (const store::SplitSummary& split : summary->splits)
        printSplit(split);
    printTable(summary->table);
    if (!options.json.empty()) {
        if (auto saved = base::writeAtomically(options.json, jsonText(options.folder, *summary)); !saved)
            return fail(saved.error());
    }
    return Good;
}

} // namespace

void addCorpusSummary(CLI::App& corpus, const Choose& choose)
{
    auto options = std::make_shared<SummaryOptions>();
    CLI::App* command = corpus.add_subcommand("summary", "Count what a corpus holds, split by split and site by site");
    command->add_option("folder", options->folder, "Folder with a manifest.csv")->type_name("DIR")->required();
    command->add_option("--json", options->json, "Write the counts to this file")->type_name("FILE");
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
