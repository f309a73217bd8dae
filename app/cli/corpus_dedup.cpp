// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/corpus_tools.h"

#include "engine/base/atomic_file.h"
#include "engine/store/corpus_duplicates.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <iostream>

namespace flowscent::cli {

namespace {

constexpr std::size_t namedGroups = 20;

struct DedupOptions {
    std::string folder;
    std::string out;
    std::string json;
};

void printRepeats(const std::string& name, const store::FlowRepeats& repeats)
{
    for (const std::uint64_t count : {repeats.flows, repeats.distinct, repeats.repeated, repeats.inOtherClasses,
                                      repeats.contradictory, repeats.inOtherSplits})
        std::cout << right(std::to_string(count), 9) << ' ';
    std::cout << ' ' << name << '\n';
}

void print(const store::DuplicateReport& report)
{
    const store::Manifest& manifest = report.manifest;
    for (std::size_t i = 0; i < std::min(namedGroups, report.identical.size()); ++i) {
        std::cout << "the same bytes:";
        for (const std::size_t row : report.identical[i])
            std::cout << ' ' << manifest.field(row, "capture") << " (" << manifest.field(row, "split") << ')';
        std::cout << '\n';
    }
    if (report.identical.size() > namedGroups)
        std::cout << counted(report.identical.size() - namedGroups, "further group") << " of identical captures\n";
    std::cout << counted(report.captures, "capture") << ", " << counted(report.identical.size(), "group")
              << " of identical ones: " << report.acrossSplits << " across splits, " << report.acrossKinds
              << " both threat and benign; " << report.captures - report.reduced.size()
              << " can be left out\n\n"
                 "Flows with the same sizes, directions and flags of their first packets\n"
                 "    flows  distinct  repeated  in other    threat  in other\n"
                 "                                classes  & benign    splits  class\n";
    for (const bool threat : {true, false}) {
        for (const auto& [name, repeats] : report.byClass) {
            if (repeats.threat == threat)
                printRepeats(name + (threat ? " (threat)" : ""), repeats);
        }
    }
    printRepeats("all", report.all);
}

nlohmann::ordered_json jsonOf(const store::FlowRepeats& repeats)
{
    return {{"kind", repeats.threat ? "threat" : "benign"},
            {"flows", repeats.flows},
            {"distinct", repeats.distinct},
            {"repeated", repeats.repeated},
            {"in_other_classes", repeats.inOtherClasses},
            {"threat_and_benign", repeats.contradictory},
            {"in_other_splits", repeats.inOtherSplits}};
}

std::string jsonText(const std::string& folder, const store::DuplicateReport& report)
{
    nlohmann::ordered_json groups = nlohmann::ordered_json::array();
    for (const auto& group : report.identical) {
        nlohmann::ordered_json rows = nlohmann::ordered_json::array();
        for (const std::size_t row : group)
            rows.push_back({{"capture", report.manifest.field(row, "capture")},
                            {"class", report.manifest.field(row, "class")},
                            {"split", report.manifest.field(row, "split")}});
        groups.push_back(rows);
    }
    nlohmann::ordered_json classes = nlohmann::ordered_json::object();
    for (const auto& [name, repeats] : report.byClass)
        classes[name] = jsonOf(repeats);
    nlohmann::ordered_json all = jsonOf(report.all);
    all.erase("kind");
    const nlohmann::ordered_json document{{"corpus", folder},
                                          {"captures", report.captures},
                                          {"identical_captures", groups},
                                          {"captures_to_leave_out", report.captures - report.reduced.size()},
                                          {"flows", all},
                                          {"classes", classes}};
    return document.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

int run(const DedupOptions& options, const std::stop_token& stop)
{
    std::error_code unknown;
    if (!options.out.empty() && std::filesystem::exists(options.out, unknown))
        return fail({base::Error::Code::Argument, "exists already; nothing is written over", options.out});
    for (const std::string& file : {options.out, options.json}) {
        if (auto writable = checkWritable(file); !writable)
            return fail(writable.error());
    }
    const auto report = store::findDuplicates(options.folder, progressLine(), stop);
    if (!report)
        return fail(report.error());
    for (const std::string& remark : report->remarks)
        say(remark);
    print(*report);
    if (!options.out.empty()) {
        if (auto saved = base::writeAtomically(options.out, csvText(report->reduced)); !saved)
            return fail(saved.error());
        say(options.out + ": " + counted(report->reduced.size(), "capture") + " of " +
            std::to_string(report->captures));
    }
    if (!options.json.empty()) {
        if (auto saved = base::writeAtomically(options.json, jsonText(options.folder, *report)); !saved)
            return fail(saved.error());
    }
    return Good;
}

} // namespace

void addCorpusDedup(CLI::App& corpus, const Choose& choose)
{
    auto options = std::make_shared<DedupOptions>();
    CLI::App* command = corpus.add_subcommand("dedup", "Find captures and flows that occur more than once");
    command->add_option("folder", options->folder, "Folder with a manifest.csv")->type_name("DIR")->required();
    command
        ->add_option(
            "--out", options->out,
            "Write a manifest without captures that an earlier row of the same class, or of another split, has; "
            "the file must not exist")
        ->type_name("FILE");
    command->add_option("--json", options->json, "Write the counts to this file")->type_name("FILE");
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
