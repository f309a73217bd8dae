// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"

#include "engine/base/atomic_file.h"
#include "engine/base/digest.h"
#include "engine/learn/evaluate.h"
#include "engine/store/corpus.h"
#include "engine/store/model_file.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <iostream>

namespace flowscent::cli {

namespace {

constexpr std::uint64_t largestModel = 256ULL << 20;

struct EvaluateOptions {
    std::string corpus;
    std::string split = "val";
    std::string model;
    std::string json;
    std::string protocol = "nway";
    learn::EvaluateSettings settings;
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
        std::snprintf(line, sizeof line, "  %-28s %5.1f %% [%5.1f, %5.1f]   %+5.1f [%+5.1f, %+5.1f]   %8.2f\n",
                      result.method.c_str(), 100 * result.mean, 100 * result.low, 100 * result.high,
                      100 * result.versusForest, 100 * result.versusForestLow, 100 * result.versusForestHigh,
                      result.seconds);
        out << line;
    }
}

nlohmann::ordered_json interval(double mean, double low, double high)
{
    return {{"mean", mean}, {"ci", {low, high}}};
}

std::string report(const EvaluateOptions& options, const std::string& modelFile, const learn::Dataset& dataset,
                   const std::vector<learn::NwayResult>& results)
{
    base::Sha256 digest;
    if (const auto bytes = base::readWhole(modelFile, largestModel))
        digest.add(*bytes);
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const learn::NwayResult& result : results) {
        nlohmann::ordered_json perClass;
        for (const auto& [name, accuracy] : result.perClass)
            perClass[name] = accuracy;
        rows.push_back(
            {{"method", result.method},
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
                                          {"corpus_sha256", dataset.hash()},
                                          {"split", options.split},
                                          {"model", modelFile},
                                          {"model_sha256", digest.hex()},
                                          {"seed", options.settings.seed},
                                          {"min_packets", options.settings.minimumPackets},
                                          {"results", rows}};
    return document.dump(2) + "\n";
}

int run(const EvaluateOptions& options, const std::stop_token& stop)
{
    if (auto writable = checkWritable(options.json); !writable)
        return fail(writable.error());
    const std::string modelFile = options.model.empty() ? store::shippedModel().string() : options.model;
    auto model = store::loadModel(modelFile);
    if (!model)
        return fail(model.error());
    const auto corpus = store::readCorpus(options.corpus, options.split, progressLine(), stop);
    if (!corpus)
        return fail(corpus.error());
    for (const std::string& remark : corpus->remarks)
        say(remark);
    const auto engine = learn::backend();
    if (!engine)
        return fail(engine.error());
    const auto encoder = (*engine)->encoder(std::make_shared<const learn::BaseModel>(std::move(*model)));
    if (!encoder)
        return fail(encoder.error());
    const auto results = learn::evaluateNway(corpus->dataset, **encoder, options.settings, progressLine(), stop);
    if (!results)
        return fail(results.error());
    printTable(*results, std::cout);
    if (!options.json.empty()) {
        const std::string text = report(options, modelFile, corpus->dataset, *results);
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
    command->add_option("--corpus", options->corpus, "Folder with a manifest.csv")->type_name("DIR")->required();
    command->add_option("--split", options->split, "val or test")
        ->check(CLI::IsMember({"train", "val", "test"}))
        ->capture_default_str();
    command->add_option("--model", options->model, "Base model; the shipped one unless given")->type_name("FILE");
    command->add_option("--json", options->json, "Write the figures to this file")->type_name("FILE");
    command->add_option("--protocol", options->protocol, "What to judge")
        ->check(CLI::IsMember({"nway"}))
        ->capture_default_str();
    command->add_option("--ways", settings.ways, "Classes in an episode")
        ->check(CLI::Range(2, 64))
        ->capture_default_str();
    command->add_option("--shots", settings.shots, "One or more numbers of examples per class")
        ->check(CLI::Range(1, 50));
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
