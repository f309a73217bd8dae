// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/library_tools.h"
#include "app/cli/support_remarks.h"

#include "engine/base/random.h"
#include "engine/base/who.h"
#include "engine/hunt/support_set.h"
#include "engine/store/label_file.h"
#include "engine/store/library/flow_origins.h"
#include "engine/store/library/plain_text.h"
#include "engine/store/model_file.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace flowscent::cli {

namespace {

constexpr std::size_t mostCounterExamples = 256; ///< a fully labelled capture must not drown the few examples
constexpr std::size_t shownRows = 5;

struct AdaptOptions {
    std::vector<std::string> captures;
    std::string support;
    std::string model;
    std::string output;
    std::string threat;
    std::string method{detect::text(detect::AdaptSettings{}.method)};
    std::uint32_t shots = 0; ///< 0: all
    std::uint32_t background = 256;
    double budget = 0.01;
    std::uint64_t seed = 1;
    std::string saveAs; ///< a name in the library
    std::string why;
    std::string author;
    std::string library;
    std::string fineTune; ///< empty: the encoder stays as it is
    std::uint32_t fineTuneSteps = learn::FineTuneSettings{}.steps;
};

/// Rows of the flow table, by what the label file says of them.
struct Chosen {
    std::string threat;
    std::vector<std::uint32_t> threats;
    std::vector<std::uint32_t> counters;
    std::vector<std::uint32_t> background;
};

void sayUnmatched(const store::LabelMatches& matches, const std::vector<store::LabelRow>& rows, const std::string& file)
{
    if (matches.unmatched.empty())
        return;
    say(file + ": " + std::to_string(matches.unmatched.size()) + " of " + std::to_string(rows.size()) +
        " rows match no flow of the capture:");
    for (std::size_t i = 0; i < std::min(shownRows, matches.unmatched.size()); ++i) {
        const store::LabelRow& row = rows[matches.unmatched[i]];
        say("  line " + std::to_string(row.line) + ": " + packet::text(row.source.address) + ":" +
            std::to_string(row.source.port) + " - " + packet::text(row.destination.address) + ":" +
            std::to_string(row.destination.port) + " " + flow::protocolText(row.protocol) + " at " +
            base::epochText(row.start));
    }
}

base::Result<std::string> threatName(const AdaptOptions& options, const std::vector<store::LabelRow>& rows)
{
    std::set<std::string> names;
    for (const store::LabelRow& row : rows) {
        if (!row.benign())
            names.insert(row.label);
    }
    const auto all = [&names] {
        std::string list;
        for (const std::string& name : names)
            list += (list.empty() ? "" : ", ") + name;
        return list;
    };
    if (names.empty())
        return base::failure(base::Error::Code::Support,
                             "no row is an example of a threat: every label is background or benign", options.support);
    if (!options.threat.empty())
        return names.contains(options.threat)
                   ? base::Result<std::string>(options.threat)
                   : base::failure(base::Error::Code::Support,
                                   "no row has the label '" + options.threat + "'; there are " + all(),
                                   options.support);
    if (names.size() > 1)
        return base::failure(base::Error::Code::Support,
                             "several threats are labelled (" + all() + "); choose one with --threat", options.support);
    return *names.begin();
}

void keepAtMost(std::vector<std::uint32_t>& rows, std::size_t most, base::Rng rng)
{
    rng.shuffle(std::span(rows));
    rows.resize(std::min(rows.size(), most));
    std::ranges::sort(rows);
}

base::Result<Chosen> choose(const AdaptOptions& options, const flow::FlowTable& table)
{
    const auto rows = store::readLabels(options.support);
    if (!rows)
        return base::failure(rows.error());
    const auto name = threatName(options, *rows);
    if (!name)
        return base::failure(name.error());
    const store::LabelMatches matches = store::matchLabels(table, *rows);
    sayUnmatched(matches, *rows, options.support);

    Chosen chosen{.threat = *name};
    hunt::SupportSet support;
    std::size_t imported = 0;
    for (const store::LabelMatch& match : matches.matched) {
        const store::LabelRow& row = (*rows)[match.row];
        if (!table.hasPackets(match.flow)) {
            ++imported;
            continue;
        }
        if (support.label(match.flow) != hunt::Label::None)
            continue;
        support.set(match.flow, row.label == *name ? hunt::Label::Threat : hunt::Label::NotThreat);
        (row.label == *name ? chosen.threats : chosen.counters).push_back(match.flow.value);
    }
    const std::string ofLogs =
        imported == 0 ? "" : std::to_string(imported) + " labelled flows were " + std::string(flow::withoutPackets);
    if (imported > 0)
        say(options.support + ": " + ofLogs + ", and cannot be examples");
    if (chosen.threats.empty() && imported > 0)
        return base::failure(base::Error::Code::Support,
                             "none of the rows labelled '" + *name + "' is a flow with packets: " + ofLogs +
                                 "; adapt on the capture that the log was made from",
                             options.support);
    if (chosen.threats.empty())
        return base::failure(base::Error::Code::Support,
                             "none of the rows labelled '" + *name + "' is a flow of the capture", options.support);
    const base::Rng rng(options.seed);
    if (options.shots > 0)
        keepAtMost(chosen.threats, options.shots, rng.fork(1));
    keepAtMost(chosen.counters, mostCounterExamples, rng.fork(2));
    for (const flow::FlowId flow : hunt::drawBackground(table, support, options.background, options.seed))
        chosen.background.push_back(flow.value);
    return chosen;
}

/// The detector with its examples and where they come from, as the next version of its name in the library.
base::Result<void> saveInLibrary(const AdaptOptions& options, const flow::ReadOutcome& read, const Chosen& chosen,
                                 const detect::Detector& detector, detect::AdaptInput examples,
                                 const std::stop_token& stop)
{
    store::Bundle bundle{
        .name = options.saveAs,
        .detector = detector,
        .examples = std::move(examples),
        .falseAlarmBudget = options.budget,
        .seed = options.seed,
        .calibration = {},
        .provenance = {.author = authorOr(options.author), .created = base::timeNow(), .why = options.why}};
    std::vector<store::MarkedFlow> marked;
    for (const std::uint32_t row : chosen.threats)
        marked.push_back({flow::FlowId(row), chosen.threat});
    for (const std::uint32_t row : chosen.counters)
        marked.push_back({flow::FlowId(row), "not " + chosen.threat});
    if (auto recorded = store::recordFlows(*read.table, read.files, marked, bundle.provenance, stop); !recorded)
        return recorded;
    const store::Library library = libraryAt(options.library);
    const auto version = library.add(std::move(bundle));
    if (!version)
        return base::failure(version.error());
    say("added '" + options.saveAs + "' version " + std::to_string(*version) + " to " + library.folder().string());
    return {};
}

/// Asked before captures are read.
base::Result<void> checkPlaces(const AdaptOptions& options)
{
    if (options.output.empty() && options.saveAs.empty())
        return base::failure(base::Error::Code::Argument, "--out, --save-as or both say where the detector is kept");
    if (!options.saveAs.empty() && options.why.empty())
        return base::failure(base::Error::Code::Argument,
                             "--save-as needs --why: what the detector is for, for whoever finds it later");
    if (!options.saveAs.empty()) {
        if (auto allowed = store::checkName(options.saveAs); !allowed)
            return allowed;
    }
    return checkWritable(options.output);
}

std::vector<std::string> methodNames()
{
    std::vector<std::string> names(detect::allMethods.size());
    std::ranges::transform(detect::allMethods, names.begin(),
                           [](detect::Method method) { return std::string(detect::text(method)); });
    return names;
}

/// The model that is adapted: as it came, or with an encoder that has taken a few steps on the examples.
base::Result<learn::BaseModel> baseFor(const learn::Backend& engine, learn::BaseModel model,
                                       const detect::AdaptInput& examples, const AdaptOptions& options,
                                       const std::stop_token& stop)
{
    if (options.fineTune.empty())
        return model;
    const auto scope = learn::parseFineTuneScope(options.fineTune);
    if (!scope)
        return base::failure(scope.error());
    return engine.fineTuned(model, {examples.threat, examples.notThreat, examples.background},
                            {.scope = *scope, .steps = options.fineTuneSteps, .seed = options.seed}, stop);
}

/// " after 7 steps of the last layers (loss 0.41, then 0.22)"; nothing where the encoder stayed as it is.
std::string tuningText(const AdaptOptions& options, const learn::BaseModel& model)
{
    if (options.fineTune.empty())
        return {};
    const auto figure = [&model](const char* name) { return model.training.metrics.at(name); };
    char text[120];
    std::snprintf(text, sizeof text, " after %.0f steps of %s (loss %.3f, then %.3f)", figure("fine_tuned.steps"),
                  options.fineTune == "all" ? "the whole encoder" : "the encoder's last layers",
                  figure("fine_tuned.loss_before"), figure("fine_tuned.loss_after"));
    return text;
}

int run(const AdaptOptions& options, const std::stop_token& stop)
{
    int code = Good;
    const auto method = detect::parseMethod(options.method);
    if (!method)
        return fail(method.error());
    if (auto possible = checkPlaces(options); !possible)
        return fail(possible.error());
    auto model = store::loadModel(options.model.empty() ? store::shippedModel() : std::filesystem::path(options.model));
    if (!model)
        return fail(model.error());
    const auto read = readCaptures(options.captures, {}, stop, code);
    if (!read)
        return fail(read.error());
    const auto chosen = choose(options, *read->table);
    if (!chosen)
        return fail(chosen.error());
    const auto engine = learn::backend();
    if (!engine)
        return fail(engine.error());
    const flow::FlowTable& table = *read->table;
    const detect::AdaptInput examples{featuresOf(table, chosen->threats), featuresOf(table, chosen->counters),
                                      featuresOf(table, chosen->background)};
    auto tuned = baseFor(**engine, std::move(*model), examples, options, stop);
    if (!tuned)
        return fail(tuned.error());
    const auto base = std::make_shared<const learn::BaseModel>(std::move(*tuned));
    const auto encoder = (*engine)->encoder(base);
    if (!encoder)
        return fail(encoder.error());
    const auto foundation = detect::makeFoundation(**encoder, base);
    if (!foundation)
        return fail(foundation.error());
    const auto input = detect::describe(**encoder, examples, stop);
    if (!input)
        return fail(input.error());
    auto detector = detect::adapt(
        *foundation, *input,
        {.method = *method, .threatName = chosen->threat, .falseAlarmBudget = options.budget, .seed = options.seed});
    if (!detector)
        return fail(detector.error());
    detector->revision = 1;
    if (!options.output.empty()) {
        if (auto saved = store::saveDetector(*detector, options.output); !saved)
            return fail(saved.error());
    }
    if (!options.saveAs.empty()) {
        if (auto saved = saveInLibrary(options, *read, *chosen, *detector, examples, stop); !saved)
            return fail(saved.error());
    }
    say("adapted to '" + chosen->threat + "'" + tuningText(options, *base) + " from " +
        std::to_string(chosen->threats.size()) + " examples, " + std::to_string(chosen->counters.size()) +
        " counter-examples and " + std::to_string(chosen->background.size()) + " random unlabelled flows, of which " +
        std::to_string(detector->setAside) + " looked like the threat and were set aside" +
        (options.output.empty() ? "" : "; wrote " + options.output));
    const AdaptedFrom adapted{*read, chosen->threats, chosen->background, *input, *detector, **encoder, options.seed};
    for (const std::string& remark : supportRemarks(adapted, stop))
        say(remark);
    return code;
}

} // namespace

void addAdaptCommand(CLI::App& program, const Choose& chooseRun)
{
    auto options = std::make_shared<AdaptOptions>();
    CLI::App* command = program.add_subcommand("adapt", "Adapt the base model to a threat from a few labelled flows");
    command->add_option("CAPTURE", options->captures, "Captures that hold the labelled flows")
        ->type_name("FILE")
        ->required();
    command->add_option("--support", options->support, "CSV: src_ip,src_port,dst_ip,dst_port,proto,start_epoch,label")
        ->type_name("FILE")
        ->required();
    command->add_option("--out", options->output, "The detector file to write")->type_name("FILE");
    command->add_option("--save-as", options->saveAs,
                        "Keep the detector with its examples in the library, as the next version of this name");
    command->add_option("--why", options->why, "For the library: what the detector is for");
    command->add_option("--author", options->author, "For the library: who made it; the login name unless given");
    addLibraryOption(*command, options->library);
    command->add_option("--model", options->model, "Base model; the shipped one unless given")->type_name("FILE");
    command->add_option("--shots", options->shots, "Use at most so many of the threat's rows, drawn at random");
    command->add_option("--threat", options->threat, "Which label is the threat, when the file has several")
        ->type_name("NAME");
    command->add_option("--method", options->method, "How a flow is compared with the examples")
        ->check(CLI::IsMember(methodNames()))
        ->capture_default_str();
    command->add_option("--background", options->background, "Random unlabelled flows to compare with")
        ->check(CLI::Range(0, 100'000))
        ->capture_default_str();
    command->add_option("--budget", options->budget, "Share of the background that may score above the line")
        ->check(CLI::Range(0.0, 0.5))
        ->capture_default_str();
    command->add_option("--seed", options->seed, "Decides every random draw")->capture_default_str();
    auto* tune =
        command
            ->add_option(
                "--fine-tune", options->fineTune,
                "Let the encoder take a few steps on the examples first: its last layers, or all of it. Slower; off "
                "unless asked")
            ->check(CLI::IsMember({"last", "all"}));
    command->add_option("--fine-tune-steps", options->fineTuneSteps, "Steps at most")
        ->check(CLI::Range(0, 1000))
        ->needs(tune)
        ->capture_default_str();
    command->callback(
        [chooseRun, options] { chooseRun([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
