// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/calibration_evaluation.h"
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/hunt_evaluation.h"
#include "app/cli/judged_model.h"

#include "engine/base/atomic_file.h"
#include "engine/learn/evaluation/evaluate.h"
#include "engine/store/corpus.h"
#include "engine/store/model_file.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace flowscent::cli {

namespace {

struct EvaluateOptions {
    std::string corpus;
    std::string split = "val";
    std::string model;
    std::vector<std::string> also; ///< further models, each by its own method
    std::string json;
    std::string episodesOut; ///< folder
    std::string episodesIn;
    std::string mix = "balanced";
    std::string protocol = "nway";
    std::vector<std::uint32_t> shots; ///< empty for the protocol's own
    learn::EvaluateSettings settings;
    std::uint32_t draws = detect::HuntSettings{}.draws;
    std::vector<std::string> methods; ///< of hunts; empty for all
    std::string bankCorpus;
    double leastBaselineAlarms = detect::CalibrationSettings{}.leastBaselineAlarms;
};

void printTable(const std::vector<learn::NwayResult>& results, std::ostream& out)
{
    std::string heading;
    for (const learn::NwayResult& result : results) {
        const std::string group = std::to_string(result.ways) + "-way " + std::to_string(result.shots) + "-shot, " +
                                  (result.captureDisjoint ? "capture-disjoint" : "captures mixed") + ", " +
                                  std::to_string(result.classes) + " classes, " + std::to_string(result.episodes) +
                                  " episodes";
        if (group != heading) {
            heading = group;
            out << '\n' << group << "; 95 % intervals by bootstrap over classes\n";
            out << "  method                        accuracy              minus random_forest      seconds\n";
        }
        char line[200];
        std::snprintf(line, sizeof line, "  %-27s%c %5.1f %% [%5.1f, %5.1f]   %+5.1f [%+5.1f, %+5.1f]   %8.2f\n",
                      result.method.c_str(), result.transductive ? '*' : ' ', 100 * result.mean, 100 * result.low,
                      100 * result.high, 100 * result.versusForest, 100 * result.versusForestLow,
                      100 * result.versusForestHigh, result.seconds);
        out << line;
    }
    if (std::ranges::any_of(results, &learn::NwayResult::transductive))
        out << "* transductive: looks at all queries of an episode together, which a stream of flows does not offer\n";
}

/// The model's own method under its name, or with the file's stem behind it where two have the same.
base::Result<std::vector<learn::TrainedMethod>> readOthers(const std::vector<std::string>& files)
{
    std::vector<learn::TrainedMethod> others;
    for (const std::string& file : files) {
        auto model = store::loadModel(file);
        if (!model)
            return base::failure(model.error());
        const auto settings = learn::settingsFromJson(model->training.configuration);
        if (!settings)
            return base::failure(settings.error().code, settings.error().what, file);
        learn::TrainedMethod trained{std::string(learn::text(settings->method)) + " (own)",
                                     std::make_shared<const learn::BaseModel>(std::move(*model)), settings->method};
        const auto taken = [&](const learn::TrainedMethod& other) { return other.name == trained.name; };
        if (std::ranges::any_of(others, taken))
            trained.name =
                std::string(learn::text(trained.method)) + " (" + std::filesystem::path(file).stem().string() + ")";
        others.push_back(std::move(trained));
    }
    return others;
}

base::Result<std::vector<learn::EpisodeIndex>> episodesFor(const EvaluateOptions& options, const learn::Dataset& data)
{
    if (options.episodesIn.empty())
        return learn::evaluationEpisodes(data, options.settings);
    const auto bytes = base::readWhole(options.episodesIn, learn::largestEpisodeIndex);
    if (!bytes)
        return base::failure(bytes.error());
    const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    auto index = learn::parseEpisodeIndex(text, data, options.episodesIn);
    if (!index)
        return base::failure(index.error());
    return std::vector{std::move(*index)};
}

/// Every round's episodes, and the table of features that their rows refer to: all that it takes to ask the same
/// questions elsewhere.
base::Result<void> writeEpisodes(const std::string& folder, const std::vector<learn::EpisodeIndex>& rounds,
                                 const learn::Dataset& data, const features::Scaler& scaler)
{
    std::error_code trouble;
    std::filesystem::create_directories(folder, trouble);
    const std::filesystem::path into(folder);
    for (const learn::EpisodeIndex& round : rounds) {
        const std::string name = std::to_string(round.shape.ways) + "way-" + std::to_string(round.shape.shots) +
                                 "shot-" + (round.shape.captureDisjoint ? "capture-disjoint" : "mixed") + ".jsonl";
        if (auto saved = base::writeAtomically(into / name, learn::toJsonLines(round)); !saved)
            return saved;
    }
    return base::writeAtomically(into / "features.safetensors", base::serialise(learn::featureTable(data, scaler)));
}

nlohmann::ordered_json interval(double mean, double low, double high)
{
    return {{"mean", mean}, {"ci", {low, high}}};
}

std::string report(const EvaluateOptions& options, const JudgedModel& judged,
                   const std::vector<learn::NwayResult>& results)
{
    nlohmann::ordered_json also = nlohmann::ordered_json::array();
    for (const std::string& file : options.also)
        also.push_back({{"model", file}, {"model_sha256", fileHash(file)}});
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const learn::NwayResult& result : results) {
        nlohmann::ordered_json perClass;
        for (const auto& [name, accuracy] : result.perClass)
            perClass[name] = accuracy;
        rows.push_back(
            {{"method", result.method},
             {"transductive", result.transductive},
             {"regime", result.captureDisjoint ? "capture-disjoint" : "mixed"},
             {"ways", result.ways},
             {"shots", result.shots},
             {"classes", result.classes},
             {"episodes", result.episodes},
             {"accuracy", interval(result.mean, result.low, result.high)},
             {"paired_vs_rf", interval(result.versusForest, result.versusForestLow, result.versusForestHigh)},
             {"per_class", perClass},
             {"seconds", result.seconds}});
    }
    const nlohmann::ordered_json document{{"protocol", options.protocol},
                                          {"corpus", options.corpus},
                                          {"corpus_sha256", judged.corpus.dataset.hash()},
                                          {"split", options.split},
                                          {"model", judged.file},
                                          {"model_sha256", judged.sha256},
                                          {"also", also},
                                          {"seed", options.settings.seed},
                                          {"query_mix", options.mix},
                                          {"min_packets", options.settings.minimumPackets},
                                          {"results", rows}};
    return document.dump(2) + "\n";
}

int runHunts(const EvaluateOptions& options, const std::stop_token& stop)
{
    HuntEvaluation evaluation{
        .corpus = options.corpus,
        .split = options.split,
        .bankCorpus = options.bankCorpus,
        .model = options.model,
        .json = options.json,
        .minimumPackets = options.settings.minimumPackets,
        .settings = {.draws = options.draws, .seed = options.settings.seed, .methods = options.methods}};
    if (!options.shots.empty())
        evaluation.settings.shots = options.shots;
    return evaluateHunts(evaluation, stop);
}

int runCalibration(const EvaluateOptions& options, const std::stop_token& stop)
{
    CalibrationEvaluation evaluation{.corpus = options.corpus,
                                     .split = options.split,
                                     .bankCorpus = options.bankCorpus,
                                     .model = options.model,
                                     .json = options.json,
                                     .minimumPackets = options.settings.minimumPackets,
                                     .settings = {.draws = options.draws, .seed = options.settings.seed}};
    evaluation.settings.leastBaselineAlarms = options.leastBaselineAlarms;
    if (!options.shots.empty())
        evaluation.settings.shots = options.shots;
    return evaluateCalibration(evaluation, stop);
}

int run(EvaluateOptions options, const std::stop_token& stop)
{
    if (!options.shots.empty())
        options.settings.shots = options.shots;
    options.settings.mix = options.mix == "dirichlet" ? learn::QueryMix::Dirichlet : learn::QueryMix::Balanced;
    if (auto writable = checkWritable(options.json); !writable)
        return fail(writable.error());
    if (options.protocol == "hunt")
        return runHunts(options, stop);
    if (options.protocol == "calibration")
        return runCalibration(options, stop);
    const auto judged = judgedModel(options.model, options.corpus, options.split, stop);
    if (!judged)
        return fail(judged.error());
    const auto others = readOthers(options.also);
    if (!others)
        return fail(others.error());
    const learn::Dataset data = learn::evaluationData(judged->corpus.dataset, options.settings.minimumPackets);
    const auto rounds = episodesFor(options, data);
    if (!rounds)
        return fail(rounds.error());
    if (!options.episodesOut.empty()) {
        if (auto saved = writeEpisodes(options.episodesOut, *rounds, data, judged->encoder->model().scaler); !saved)
            return fail(saved.error());
    }
    const auto results = learn::evaluateEpisodes(data, *rounds, *judged->encoder, *others, progressLine(), stop);
    if (!results)
        return fail(results.error());
    printTable(*results, std::cout);
    if (!options.json.empty()) {
        const std::string text = report(options, *judged, *results);
        if (auto saved = base::writeAtomically(options.json, text); !saved)
            return fail(saved.error());
    }
    return Good;
}

} // namespace

void addEvaluateCommand(CLI::App& program, const Choose& choose)
{
    auto options = std::make_shared<EvaluateOptions>();
    learn::EvaluateSettings& settings = options->settings;
    CLI::App* command =
        program.add_subcommand("evaluate", "Judge a base model on episodes of a corpus, beside its opponents");
    command->add_option("--corpus", options->corpus, "Folder with a manifest.csv, or of labelled captures")
        ->type_name("DIR")
        ->required();
    command->add_option("--split", options->split, "val or test; mixed for whole captures without a manifest")
        ->check(CLI::IsMember({"train", "val", "test", "mixed"}))
        ->capture_default_str();
    command->add_option("--model", options->model, "Base model; the shipped one unless given")->type_name("FILE");
    command
        ->add_option("--also", options->also,
                     "Further models, each of which takes part with the method that it was trained with")
        ->type_name("FILE");
    command->add_option("--json", options->json, "Write the figures to this file")->type_name("FILE");
    command
        ->add_option("--episodes-out", options->episodesOut,
                     "Write the episodes and their features into this folder, so that they can be asked elsewhere")
        ->type_name("DIR");
    command->add_option("--episodes-in", options->episodesIn, "Ask these episodes, written by --episodes-out, instead")
        ->type_name("FILE");
    command->add_option("--query-mix", options->mix, "How often each class is asked for: balanced or dirichlet (2)")
        ->check(CLI::IsMember({"balanced", "dirichlet"}))
        ->capture_default_str();
    command
        ->add_option("--protocol", options->protocol,
                     "nway: telling classes apart; hunt: finding the rest of a threat among benign flows; calibration: "
                     "whether a detector keeps its promises of false alarms and its scores are probabilities")
        ->check(CLI::IsMember({"nway", "hunt", "calibration"}))
        ->capture_default_str();
    command->add_option("--ways", settings.ways, "Classes in an episode")
        ->check(CLI::Range(2, 64))
        ->capture_default_str();
    command->add_option("--shots", options->shots, "Numbers of examples; 1 5, and in hunts 1 5 10, unless given")
        ->delimiter(',')
        ->check(CLI::Range(1, 50));
    command->add_option("--draws", options->draws, "Hunts per class, variant and number of examples")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--method", options->methods, "In hunts, only these methods")
        ->delimiter(',')
        ->check(CLI::IsMember(detect::huntMethods()));
    command
        ->add_option("--bank-corpus", options->bankCorpus,
                     "The corpus whose training split gives hunts their benign bank and calibration its temperature; "
                     "--corpus unless given")
        ->type_name("DIR");
    command
        ->add_option("--baseline-alarms", options->leastBaselineAlarms,
                     "In calibration, judge a line only where the baseline has so many flows above it")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->add_option("--queries", settings.queries, "Queries per class")
        ->check(CLI::Range(1, 50))
        ->capture_default_str();
    command->add_option("--episodes", settings.episodes, "Episodes per regime and number of shots")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    command->add_option("--seed", settings.seed, "Decides every random draw")->capture_default_str();
    command->add_option("--min-packets", settings.minimumPackets, "Keep flows with at least so many packets")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
