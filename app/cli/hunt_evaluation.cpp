// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/hunt_evaluation.h"

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/judged_model.h"

#include "engine/base/atomic_file.h"
#include "engine/learn/evaluation/evaluate.h"
#include "engine/store/corpus.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <iostream>

namespace flowscent::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr const char* bankSplit = "train";

bool sameFolder(const std::string& a, const std::string& b)
{
    std::error_code unknown;
    return a == b || std::filesystem::equivalent(a, b, unknown);
}

/// What the bank and zero_shot learn from. Nothing, and a word about it, where the corpus itself has no such flows or
/// they would be those that are hunted in; a corpus that was named must have them.
base::Result<std::optional<learn::Dataset>> readTraining(const HuntEvaluation& evaluation, const std::stop_token& stop)
{
    constexpr const char* without = "; without a benign bank, the methods that need one and zero_shot are left out";
    const std::string& folder = evaluation.bankCorpus.empty() ? evaluation.corpus : evaluation.bankCorpus;
    if (evaluation.split == bankSplit && sameFolder(folder, evaluation.corpus)) {
        say(std::string("the split that is hunted in cannot also give the bank") + without);
        return std::nullopt;
    }
    auto corpus = store::readCorpus(folder, bankSplit, progressLine(), stop);
    if (corpus)
        return corpus->dataset.withoutDuplicates();
    if (!evaluation.bankCorpus.empty() || corpus.error().code == base::Error::Code::Cancelled)
        return base::failure(corpus.error());
    say(corpus.error().sentence() + without);
    return std::nullopt;
}

void printTable(const std::vector<detect::HuntResult>& results, std::ostream& out)
{
    const detect::HuntShape* shown = nullptr;
    for (const detect::HuntResult& result : results) {
        const detect::HuntShape& shape = result.shape;
        if (shown == nullptr || shown->variant != shape.variant || shown->negatives != shape.negatives ||
            shown->shots != shape.shots) {
            shown = &shape;
            char heading[200];
            std::snprintf(heading, sizeof heading,
                          "\n%s capture, %s networks, %u shots, %zu classes (%.1f threats in the background); 1 %% "
                          "prevalence, 95 %% intervals by bootstrap over classes\n",
                          shape.variant == detect::HuntVariant::Same ? "same" : "other",
                          shape.negatives == detect::HuntNegatives::All ? "all" : "own", shape.shots,
                          result.perClass.size(), result.backgroundThreats);
            out << heading;
            out << "  method                      AUPRC                  minus forest            minus forest + bank"
                   "     R@1e-2 R@1e-3   P@20  seconds\n";
        }
        const auto part = [](const std::optional<detect::HuntIntervals>& versus) {
            if (!versus)
                return std::string(24, ' ');
            char text[40];
            const learn::ClassInterval& lead = (*versus)[0];
            std::snprintf(text, sizeof text, "%+.3f [%+.3f, %+.3f]", lead.mean, lead.low, lead.high);
            return std::string(text);
        };
        const learn::ClassInterval& auprc = result.figures[0];
        char line[240];
        std::snprintf(line, sizeof line, "  %-26s  %.3f [%.3f, %.3f]  %s  %s   %.3f  %.3f  %.3f %8.2f\n",
                      result.method.c_str(), auprc.mean, auprc.low, auprc.high, part(result.versusForest).c_str(),
                      part(result.versusForestWithBank).c_str(), result.figures[1].mean, result.figures[2].mean,
                      result.figures[3].mean, result.seconds);
        out << line;
    }
}

template <class Number>
Json byMetric(const std::array<Number, detect::huntMetrics>& numbers, const std::function<Json(const Number&)>& shown)
{
    Json object;
    for (std::size_t metric = 0; metric < detect::huntMetrics; ++metric)
        object[std::string(detect::text(static_cast<detect::HuntMetric>(metric)))] = shown(numbers[metric]);
    return object;
}

Json intervals(const detect::HuntIntervals& all)
{
    return byMetric<learn::ClassInterval>(all, [](const learn::ClassInterval& one) {
        return Json{{"mean", one.mean}, {"ci", {one.low, one.high}}};
    });
}

/// null when the opponent took no part.
Json versus(const std::optional<detect::HuntIntervals>& all)
{
    return all ? intervals(*all) : Json(nullptr);
}

Json row(const detect::HuntResult& result)
{
    Json object{{"method", result.method},
                {"variant", detect::text(result.shape.variant)},
                {"negatives", detect::text(result.shape.negatives)},
                {"shots", result.shape.shots},
                {"classes", result.perClass.size()}};
    object.update(intervals(result.figures));
    object["paired_vs_rf"] = versus(result.versusForest);
    object["paired_vs_rf_bank"] = versus(result.versusForestWithBank);
    for (const auto& [name, figures] : result.perClass)
        object["per_class"][name] = byMetric<double>(figures, [](const double& figure) { return Json(figure); });
    object["seconds"] = result.seconds;
    return object;
}

std::size_t benignFlows(const learn::Dataset& data)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(data.classOf, [&](std::uint16_t index) { return !data.threatClass[index]; }));
}

std::string report(const HuntEvaluation& evaluation, const JudgedModel& judged, const learn::Dataset& data,
                   const std::vector<detect::HuntResult>& results)
{
    Json rows = Json::array();
    for (const detect::HuntResult& result : results)
        rows.push_back(row(result));
    const Json document{{"protocol", "hunt"},
                        {"corpus", evaluation.corpus},
                        {"corpus_sha256", judged.corpus.dataset.hash()},
                        {"split", evaluation.split},
                        {"model", judged.file},
                        {"model_sha256", judged.sha256},
                        {"seed", evaluation.settings.seed},
                        {"draws", evaluation.settings.draws},
                        {"min_packets", evaluation.minimumPackets},
                        {"benign_flows", benignFlows(data)},
                        {"results", rows}};
    return document.dump(2) + "\n";
}

} // namespace

int evaluateHunts(const HuntEvaluation& evaluation, const std::stop_token& stop)
{
    const auto judged = judgedModel(evaluation.model, evaluation.corpus, evaluation.split, stop);
    if (!judged)
        return fail(judged.error());
    const auto training = readTraining(evaluation, stop);
    if (!training)
        return fail(training.error());

    const learn::Dataset data = learn::evaluationData(judged->corpus.dataset, evaluation.minimumPackets);
    const detect::HuntOpponents opponents{.training = *training ? &**training : nullptr,
                                          .seed = evaluation.settings.seed,
                                          .methods = evaluation.settings.methods};
    const auto contestants = detect::makeHuntContestants(data, *judged->encoder, opponents, stop);
    if (!contestants)
        return fail(contestants.error());
    const auto results = detect::playHunts(data, *contestants, evaluation.settings, progressLine(), stop);
    if (!results)
        return fail(results.error());
    printTable(*results, std::cout);
    if (!evaluation.json.empty()) {
        const std::string text = report(evaluation, *judged, data, *results);
        if (auto saved = base::writeAtomically(evaluation.json, text); !saved)
            return fail(saved.error());
    }
    return Good;
}

} // namespace flowscent::cli
