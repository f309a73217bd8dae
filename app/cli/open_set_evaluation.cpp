// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/evaluation.h"
#include "app/cli/training_flows.h"

#include "engine/detect/evaluation/novelty_contestants.h"

#include <optional>

namespace flowscent::cli {

namespace {

constexpr std::uint32_t unseenClasses = 5;

std::string tableOf(const std::vector<detect::OpenSetResult>& results, const detect::OpenSetSettings& settings)
{
    std::string table;
    std::string heading;
    for (const detect::OpenSetResult& result : results) {
        const std::string group = formatted(
            "\n%u seen and %u unseen classes, %u shots, %s, %zu classes, %u episodes of %u queries a class, seed %llu; "
            "one unseen flow in two; 95 %% intervals by bootstrap over classes\n",
            settings.seenClasses, settings.unseenClasses, result.shots,
            result.captureDisjoint ? "capture-disjoint" : "captures mixed", result.perClass.size(), result.episodes,
            settings.queries, static_cast<unsigned long long>(settings.seed));
        if (group != heading) {
            heading = group;
            table += group;
            table +=
                "  method                      AUROC                  minus forest            FPR at 95 % TPR      "
                "   seconds\n";
        }
        const auto versus = result.versusForest.value_or(learn::ClassInterval{});
        table +=
            formatted("  %-26s  %.3f [%.3f, %.3f]  %+.3f [%+.3f, %+.3f]  %.3f [%.3f, %.3f]  %8.2f\n",
                      result.method.c_str(), result.auroc.mean, result.auroc.low, result.auroc.high, versus.mean,
                      versus.low, versus.high, result.fpr95.mean, result.fpr95.low, result.fpr95.high, result.seconds);
    }
    return table;
}

Json rowOf(const detect::OpenSetResult& result)
{
    Json perClass = Json::object();
    for (const detect::OpenSetResult::OfClass& one : result.perClass)
        perClass[one.name] = {{"auroc", one.auroc}, {"fpr95", one.fpr95}};
    return {{"method", result.method},
            {"regime", result.captureDisjoint ? "capture-disjoint" : "mixed"},
            {"shots", result.shots},
            {"classes", result.perClass.size()},
            {"episodes", result.episodes},
            {"auroc", interval(result.auroc)},
            {"fpr95", interval(result.fpr95)},
            {"paired_vs_rf", result.versusForest ? Json{{"auroc", interval(*result.versusForest)}} : Json(nullptr)},
            {"per_class", perClass},
            {"seconds", result.seconds}};
}

} // namespace

base::Result<EvaluationReport> evaluateOpenSet(const Evaluation& evaluation)
{
    const auto& [options, judged, data, stop] = evaluation;
    features::FeatureSet bank = judged.encoder->model().bank;
    if (bank.size() == 0 || !options.bankCorpus.empty()) {
        const auto training = trainingFlows(options, stop);
        if (!training)
            return base::failure(training.error());
        bank = detect::withBank(judged.encoder->model(), *training ? &**training : nullptr, options.seed)->bank;
    }
    const auto contestants = detect::makeNoveltyContestants(data, *judged.encoder, bank, stop);
    if (!contestants)
        return base::failure(contestants.error());
    detect::OpenSetSettings settings{.seenClasses = options.ways,
                                     .unseenClasses = unseenClasses,
                                     .queries = options.queries,
                                     .episodes = options.episodes,
                                     .seed = options.seed};
    if (!options.shots.empty())
        settings.shots = options.shots;
    const auto results = detect::playOpenSets(data, *contestants, settings, progressLine(), stop);
    if (!results)
        return base::failure(results.error());
    EvaluationReport report{.table = tableOf(*results, settings), .draws = options.episodes};
    report.more = {{"seen_classes", settings.seenClasses},
                   {"unseen_classes", settings.unseenClasses},
                   {"queries", settings.queries}};
    for (const detect::OpenSetResult& result : *results)
        report.results.push_back(rowOf(result));
    return report;
}

} // namespace flowscent::cli
