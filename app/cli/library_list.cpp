// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/corpus_tools.h"
#include "app/cli/library_tools.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>

namespace flowscent::cli {

namespace {

using nlohmann::json;
using store::LibraryEntry;

struct ListOptions {
    std::string library;
    std::string model;
    bool asJson = false;
    bool verify = false;
};

struct ShowOptions {
    std::string library;
    std::string name;
};

std::string examplesText(const store::BundleSummary& summary)
{
    return std::to_string(summary.threats) + "/" + std::to_string(summary.counters) + "/" +
           std::to_string(summary.backgrounds);
}

/// Characters, of which one may be several bytes.
std::size_t widthOf(const std::string& text)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// The first line, as much as fits.
std::string beginning(const std::string& text, std::size_t most)
{
    std::string line = text.substr(0, text.find('\n'));
    std::ranges::replace(line, '\t', ' ');
    if (line.size() == text.size() && line.size() <= most)
        return line;
    std::size_t cut = std::min(line.size(), most);
    while (cut > 0 && cut < line.size() && (static_cast<unsigned char>(line[cut]) & 0xC0U) == 0x80U)
        --cut; // never through a character
    return line.substr(0, cut) + "...";
}

json asJson(const LibraryEntry& entry, const std::string& base)
{
    json value{{"name", entry.name},
               {"version", entry.version},
               {"file", entry.file.string()},
               {"bytes", entry.bytes},
               {"state", entry.summary ? std::string(store::text(store::stateOf(*entry.summary, base))) : "damaged"},
               {"fault", entry.fault ? json(entry.fault->what) : json(nullptr)}};
    if (entry.summary)
        value["bundle"] = json::parse(store::toJson(*entry.summary));
    return value;
}

void printTable(const std::vector<LibraryEntry>& entries, const std::string& base)
{
    std::size_t width = 4;
    for (const LibraryEntry& entry : entries)
        width = std::max(width, widthOf(entry.name));
    std::cout << left("name", width) << "  version  state          examples  made                  by            why\n";
    for (const LibraryEntry& entry : entries) {
        std::cout << entry.name << std::string(width - widthOf(entry.name), ' ')
                  << right(std::to_string(entry.version), 9) << "  ";
        if (!entry.summary) {
            std::cout << "damaged        " << entry.fault->what << '\n';
            continue;
        }
        const store::BundleSummary& summary = *entry.summary;
        std::cout << left(std::string(store::text(store::stateOf(summary, base))), 15)
                  << left(examplesText(summary), 10) << left(summary.provenance.created, 22)
                  << left(summary.provenance.author, 14) << beginning(summary.provenance.why, 60) << '\n';
    }
}

/// Reads every file whole: a header says nothing of the numbers behind it.
void verifyAll(const store::Library& library, std::vector<LibraryEntry>& entries)
{
    for (LibraryEntry& entry : entries) {
        if (!entry.summary)
            continue;
        if (const auto bundle = library.load(entry.name, entry.version); !bundle) {
            entry.fault = bundle.error();
            entry.summary.reset();
        }
    }
}

int run(const ListOptions& options)
{
    const store::Library library = libraryAt(options.library);
    auto entries = library.list();
    if (!entries)
        return fail(entries.error());
    const auto model = baseModel(options.model);
    if (!model)
        return fail(model.error());
    if (options.verify)
        verifyAll(library, *entries);
    const std::string base = (*model)->identity();
    if (options.asJson) {
        json list = json::array();
        for (const LibraryEntry& entry : *entries)
            list.push_back(asJson(entry, base));
        std::cout << list.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    } else if (entries->empty()) {
        say(library.folder().string() + ": the library is empty");
    } else {
        printTable(*entries, base);
    }
    const auto damaged = std::ranges::count_if(*entries, [](const LibraryEntry& entry) { return !entry.usable(); });
    if (damaged > 0)
        say(counted(static_cast<std::uint64_t>(damaged), "detector is", "detectors are") +
            " damaged and left as found");
    return damaged > 0 ? DamagedInput : Good;
}

void printSummary(const LibraryEntry& entry)
{
    std::cout << entry.name << " version " << entry.version;
    if (entry.removed) {
        std::cout << ": removed\n";
        return;
    }
    if (!entry.summary) {
        std::cout << ": damaged: " << entry.fault->what << '\n';
        return;
    }
    const store::BundleSummary& summary = *entry.summary;
    const store::Provenance& provenance = summary.provenance;
    std::cout << "\n  made " << provenance.created << " by " << provenance.author << "\n  why: " << provenance.why
              << "\n  base model " << summary.baseModel << '\n';
    if (!provenance.from.empty())
        std::cout << "  from " << provenance.from << '\n';
    if (summary.name != entry.name)
        std::cout << "  added as " << summary.name << '\n';
    std::cout << "  " << counted(summary.threats, "example") << ", " << counted(summary.counters, "counter-example")
              << ", " << counted(summary.backgrounds, "background flow") << '\n';
    if (summary.calibrationScores > 0)
        std::cout << "  calibrated on " << counted(summary.calibrationScores, "flow") << " of "
                  << thousandths(summary.calibrationHours) << " hours\n";
    for (const store::CaptureOrigin& capture : provenance.captures)
        std::cout << "  capture " << capture.name << " sha256 " << (capture.sha256.empty() ? "unknown" : capture.sha256)
                  << '\n';
    for (const store::FlowOrigin& flow : provenance.flows)
        std::cout << "  flow " << flow.communityId << ' ' << flow::protocolText(flow.key.protocol) << ' '
                  << packet::text(flow.key.client.address) << ' ' << flow.key.client.port << " -> "
                  << packet::text(flow.key.server.address) << ' ' << flow.key.server.port << " at "
                  << base::epochText(flow.start) << ": " << flow.label << '\n';
    std::cout << "  file " << entry.file.string() << '\n';
}

int run(const ShowOptions& options)
{
    const DetectorChoice choice = parseChoice(options.name);
    const auto entries = libraryAt(options.library).history(choice.name);
    if (!entries)
        return fail(entries.error());
    bool shown = false;
    bool damaged = false;
    for (const LibraryEntry& entry : *entries) {
        if (choice.version && *choice.version != entry.version)
            continue;
        printSummary(entry);
        shown = true;
        damaged = damaged || entry.fault.has_value();
    }
    if (!shown)
        return fail(
            {base::Error::Code::Argument,
             "there is no version " + std::to_string(*choice.version) + " of '" + choice.name + "' in the library",
             {}});
    return damaged ? DamagedInput : Good;
}

} // namespace

void addLibraryList(CLI::App& library, const Choose& choose)
{
    auto options = std::make_shared<ListOptions>();
    CLI::App* command = library.add_subcommand(
        "list", "Every version of every detector: ready, or made with another base model than the one in use");
    addLibraryOption(*command, options->library);
    command->add_option("--model", options->model, "The base model in use; the shipped one unless given")
        ->type_name("FILE");
    command->add_flag("--json", options->asJson, "As a JSON array with all that is known of each");
    command->add_flag("--verify", options->verify, "Read every file whole, not its header alone");
    command->callback([choose, options] { choose([options](const std::stop_token&) { return run(*options); }); });
}

void addLibraryShow(CLI::App& library, const Choose& choose)
{
    auto options = std::make_shared<ShowOptions>();
    CLI::App* command =
        library.add_subcommand("show", "Who made a detector, when, from which flows and why, version by version");
    addLibraryOption(*command, options->library);
    command->add_option("NAME", options->name, "A detector, NAME@2 for one version of it")->required();
    command->callback([choose, options] { choose([options](const std::stop_token&) { return run(*options); }); });
}

} // namespace flowscent::cli
