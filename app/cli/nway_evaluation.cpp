// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/evaluation.h"

#include "engine/base/atomic_file.h"
#include "engine/learn/evaluation/evaluate.h"
#include "engine/store/model_file.h"

#include <algorithm>
#include <filesystem>

namespace flowscent::cli {

namespace {

std::string tableOf(const std::vector<learn::NwayResult>& results)
{
    std::string table;
    std::string heading;
    for (const learn::NwayResult& result : results) {
        const std::string group = std::to_string(result.ways) + "-way " + std::to_string(result.shots) + "-shot, " +
                                  (result.captureDisjoint ? "capture-disjoint" : "captures mixed") + ", " +
                                  std::to_string(result.classes) + " classes, " + std::to_string(result.episodes) +
                                  " episodes";
        if (group != heading) {
            heading = group;
            table += "\n" + group + "; 95 % intervals by bootstrap over classes\n";
            table += "  method                        accuracy              minus random_forest      seconds\n";
        }
        table += formatted("  %-27s%c %5.1f %% [%5.1f, %5.1f]   %+5.1f [%+5.1f, %+5.1f]   %8.2f\n",
                           result.method.c_str(), result.transductive ? '*' : ' ', 100 * result.mean, 100 * result.low,
                           100 * result.high, 100 * result.versusForest, 100 * result.versusForestLow,
                           100 * result.versusForestHigh, result.seconds);
    }
    if (std::ranges::any_of(results, &learn::NwayResult::transductive))
        table +=
            "* transductive: looks at all queries of an episode together, which a stream of flows does not offer\n";
    return table;
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

learn::EvaluateSettings settingsOf(const EvaluateOptions& options)
{
    learn::EvaluateSettings settings{.ways = options.ways,
                                     .queries = options.queries,
                                     .episodes = options.episodes,
                                     .seed = options.seed,
                                     .minimumPackets = options.minimumPackets,
                                     .mix = options.mix == "dirichlet" ? learn::QueryMix::Dirichlet
                                                                       : learn::QueryMix::Balanced};
    if (!options.shots.empty())
        settings.shots = options.shots;
    return settings;
}

base::Result<std::vector<learn::EpisodeIndex>> episodesFor(const EvaluateOptions& options, const learn::Dataset& data)
{
    if (options.episodesIn.empty())
        return learn::evaluationEpisodes(data, settingsOf(options));
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

Json rowOf(const learn::NwayResult& result)
{
    Json perClass;
    for (const auto& [name, accuracy] : result.perClass)
        perClass[name] = accuracy;
    return {{"method", result.method},
            {"transductive", result.transductive},
            {"regime", result.captureDisjoint ? "capture-disjoint" : "mixed"},
            {"ways", result.ways},
            {"shots", result.shots},
            {"classes", result.classes},
            {"episodes", result.episodes},
            {"accuracy", interval({result.mean, result.low, result.high})},
            {"paired_vs_rf", interval({result.versusForest, result.versusForestLow, result.versusForestHigh})},
            {"per_class", perClass},
            {"seconds", result.seconds}};
}

Json alsoJudged(const std::vector<std::string>& files)
{
    Json also = Json::array();
    for (const std::string& file : files)
        also.push_back({{"model", file}, {"model_sha256", fileHash(file)}});
    return also;
}

} // namespace

base::Result<EvaluationReport> evaluateNway(const Evaluation& evaluation)
{
    const auto& [options, judged, data, stop] = evaluation;
    const auto others = readOthers(options.alsoModels);
    if (!others)
        return base::failure(others.error());
    const auto rounds = episodesFor(options, data);
    if (!rounds)
        return base::failure(rounds.error());
    if (!options.episodesOut.empty()) {
        if (auto saved = writeEpisodes(options.episodesOut, *rounds, data, judged.encoder->model().scaler); !saved)
            return base::failure(saved.error());
    }
    const auto results = learn::evaluateEpisodes(data, *rounds, *judged.encoder, *others, progressLine(), stop);
    if (!results)
        return base::failure(results.error());
    EvaluationReport report{.table = tableOf(*results),
                            .draws = static_cast<std::uint32_t>(rounds->front().episodes.size()),
                            .more = {{"also", alsoJudged(options.alsoModels)}, {"query_mix", options.mix}}};
    for (const learn::NwayResult& result : *results)
        report.results.push_back(rowOf(result));
    return report;
}

} // namespace flowscent::cli
