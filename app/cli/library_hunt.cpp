// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/corpus_tools.h"
#include "app/cli/flow_rows.h"
#include "app/cli/library_tools.h"

#include "engine/base/csv.h"
#include "engine/store/library/retro_hunt.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace flowscent::cli {

namespace {

struct HuntOptions {
    std::string library;
    std::vector<std::string> captures;
    std::vector<std::string> detectors;
    std::string format = "csv";
    std::string output;
    std::string summary;
    store::RetroSettings settings;
};

std::string jsonText(const std::string& text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// The columns of `score` and whose they are.
std::string hitColumns(RowFormat format, const store::RetroHit& hit)
{
    const bool csv = format == RowFormat::Csv;
    const std::string verdict(detect::text(detect::verdict(hit.score)));
    char numbers[120];
    std::snprintf(numbers, sizeof numbers, csv ? ",%.9g,%u,%s" : R"(,"score":%.9g,"rank":%u,"verdict":"%s")",
                  static_cast<double>(hit.score), hit.rank, verdict.c_str());
    const std::string version = std::to_string(hit.hunter.version);
    if (csv)
        return numbers + ("," + base::csvField(hit.hunter.name)) + "," + version + "," +
               base::csvField(hit.capture.string());
    return numbers + (R"(,"detector":)" + jsonText(hit.hunter.name)) + R"(,"version":)" + version + R"(,"capture":)" +
           jsonText(hit.capture.string());
}

/// Without their examples, and those of one base model share it: a library of a thousand holds it a thousand times.
base::Result<std::vector<store::Hunter>> huntersFrom(const store::Library& library,
                                                     const std::vector<std::string>& choices)
{
    std::map<std::string, std::shared_ptr<const learn::BaseModel>> models;
    std::vector<store::Hunter> hunters;
    auto all = eachChosen(library, choices, [&](store::Bundle bundle) {
        bundle.detector.base = models.emplace(bundle.detector.base->identity(), bundle.detector.base).first->second;
        hunters.push_back({bundle.name, bundle.version, std::move(bundle.detector)});
    });
    if (!all)
        return base::failure(all.error());
    return hunters;
}

void sayFindings(const store::RetroReport& report, const std::vector<store::Hunter>& hunters)
{
    for (const store::CaptureFinding& found : report.findings) {
        if (found.hits == 0)
            continue;
        const store::Hunter& hunter = hunters[found.hunter];
        say(report.captures[found.capture].file.string() + ": '" + hunter.name + "' version " +
            std::to_string(hunter.version) + ": " + counted(found.hits, "hit") + " among " +
            counted(report.captures[found.capture].flows, "flow") + ", first seen " + base::isoText(found.firstSeen) +
            ", last seen " + base::isoText(found.lastSeen));
    }
    for (std::size_t i = 0; i < hunters.size(); ++i) {
        std::uint64_t hits = 0;
        std::size_t captures = 0;
        for (const store::CaptureFinding& found : report.findings) {
            hits += found.hunter == i ? found.hits : 0;
            captures += found.hunter == i && found.hits > 0 ? 1 : 0;
        }
        say("'" + hunters[i].name + "' version " + std::to_string(hunters[i].version) + ": " + counted(hits, "hit") +
            " in " + std::to_string(captures) + " of " + counted(report.captures.size(), "capture"));
    }
}

/// DamagedInput when something was damaged, Failed when nothing could be read.
int sayDamage(const store::RetroReport& report)
{
    int code = Good;
    for (const store::HuntedCapture& capture : report.captures) {
        if (!capture.remark.empty())
            say(capture.file.string() + ": " + capture.remark);
        if (!capture.damage)
            continue;
        say(capture.damage->sentence() +
            (capture.skipped ? "; skipped" : "; what was read is hunted in (" + counted(capture.flows, "flow") + ")"));
        code = DamagedInput;
    }
    const auto skipped = [](const store::HuntedCapture& capture) { return capture.skipped; };
    return !report.captures.empty() && std::ranges::all_of(report.captures, skipped) ? Failed : code;
}

base::Result<void> writeSummary(const std::string& file, const store::RetroReport& report,
                                const std::vector<store::Hunter>& hunters)
{
    return writeOutput(file, [&](std::ostream& out) -> base::Result<void> {
        out << "capture,flows,detector,version,hits,best_score,first_seen,last_seen,remark\n";
        for (const store::CaptureFinding& found : report.findings) {
            const store::HuntedCapture& capture = report.captures[found.capture];
            const std::string remark = capture.damage ? capture.damage->what : capture.remark;
            char best[32];
            std::snprintf(best, sizeof best, "%.9g", static_cast<double>(found.best));
            out << base::csvField(capture.file.string()) << ',' << capture.flows << ','
                << base::csvField(hunters[found.hunter].name) << ',' << hunters[found.hunter].version << ','
                << found.hits << ',' << best << ',' << (found.hits > 0 ? base::epochText(found.firstSeen) : "") << ','
                << (found.hits > 0 ? base::epochText(found.lastSeen) : "") << ',' << base::csvField(remark) << '\n';
        }
        for (const store::HuntedCapture& capture : report.captures) {
            if (capture.skipped)
                out << base::csvField(capture.file.string()) << ",0,,,0,,,," << base::csvField(capture.damage->what)
                    << '\n';
        }
        return {};
    });
}

int run(const HuntOptions& options, const std::stop_token& stop)
{
    for (const std::string& file : {options.output, options.summary}) {
        if (auto writable = checkWritable(file); !writable)
            return fail(writable.error());
    }
    const auto chosen = huntersFrom(libraryAt(options.library), options.detectors);
    if (!chosen)
        return fail(chosen.error());
    const std::vector<store::Hunter>& hunters = *chosen;
    const auto captures = store::capturesAmong({options.captures.begin(), options.captures.end()});
    if (!captures)
        return fail(captures.error());
    const auto engine = learn::backend();
    if (!engine)
        return fail(engine.error());
    const RowFormat format = options.format == "csv" ? RowFormat::Csv : RowFormat::JsonLines;
    store::RetroReport report;
    const auto written = writeOutput(options.output, [&](std::ostream& out) -> base::Result<void> {
        writeHeader(out, format, ",score,rank,verdict,detector,version,capture");
        auto hunted = store::retroHunt(
            *captures, hunters, options.settings, [&](auto model) { return (*engine)->encoder(std::move(model)); },
            [&](const store::RetroHit& hit) -> base::Result<void> {
                writeRow(out, format, hit.table, hit.flow, hitColumns(format, hit));
                return {};
            },
            progressLine(), stop);
        if (!hunted)
            return base::failure(hunted.error());
        report = std::move(*hunted);
        return {};
    });
    if (!written)
        return fail(written.error());
    const int code = sayDamage(report);
    sayFindings(report, hunters);
    if (!options.summary.empty()) {
        if (auto summed = writeSummary(options.summary, report, hunters); !summed)
            return fail(summed.error());
    }
    if (!report.cancelled)
        return code;
    say("stopped after " + std::to_string(report.captures.size()) + " of " + counted(captures->size(), "capture") +
        "; what was found in them is kept");
    return Failed;
}

} // namespace

void addLibraryHunt(CLI::App& library, const Choose& choose)
{
    auto options = std::make_shared<HuntOptions>();
    CLI::App* command = library.add_subcommand(
        "hunt", "Look for what detectors know in many captures; every capture is read once for all of them");
    addLibraryOption(*command, options->library);
    command
        ->add_option("CAPTURE", options->captures,
                     "Captures, packed or not, and folders, of which all that are called like captures are taken")
        ->type_name("PATH")
        ->required();
    command->add_option("--detector", options->detectors,
                        "A detector, NAME@2 for one version of it; again for the next. All of them unless given");
    command->add_flag("--all-flows", options->settings.everyFlow, "Every flow, not only those above the alarm line");
    command->add_option("-o,--output", options->output, "Write to this file instead of standard output")
        ->type_name("FILE");
    command->add_option("--summary", options->summary, "CSV of hits, first and last seen, by capture and detector")
        ->type_name("FILE");
    command->add_option("--format", options->format, "csv or jsonl")->check(CLI::IsMember({"csv", "jsonl"}));
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
