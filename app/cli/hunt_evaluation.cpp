// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/evaluation.h"
#include "app/cli/hunt_figures.h"
#include "app/cli/training_flows.h"

#include "engine/detect/evaluation/hunt.h"

namespace flowscent::cli {

namespace {

std::string tableOf(const std::vector<detect::HuntResult>& results)
{
    std::string table;
    const detect::HuntShape* shown = nullptr;
    for (const detect::HuntResult& result : results) {
        if (shown == nullptr || *shown != result.shape) {
            shown = &result.shape;
            table +=
                formatted("\n%s, %zu classes (%.1f threats in the background); 1 %% prevalence, 95 %% intervals by "
                          "bootstrap over classes\n",
                          wording(result.shape).c_str(), result.perClass.size(), result.backgroundThreats);
            table += "  method                      AUPRC                  minus forest            minus forest + bank"
                     "     R@1e-2 R@1e-3   P@20  seconds\n";
        }
        const auto part = [](const std::optional<detect::HuntIntervals>& versus) {
            return versus ? signedly((*versus)[0]) : std::string(24, ' ');
        };
        table += formatted("  %-26s  %s  %s  %s   %.3f  %.3f  %.3f %8.2f\n", result.method.c_str(),
                           plain(result.figures[0]).c_str(), part(result.versusForest).c_str(),
                           part(result.versusForestWithBank).c_str(), result.figures[1].mean, result.figures[2].mean,
                           result.figures[3].mean, result.seconds);
    }
    return table;
}

/// null when the opponent took no part.
Json versus(const std::optional<detect::HuntIntervals>& all)
{
    return all ? intervals(*all) : Json(nullptr);
}

Json rowOf(const detect::HuntResult& result)
{
    Json object{{"method", result.method}};
    object.update(shapeOf(result.shape));
    object["classes"] = result.perClass.size();
    object.update(intervals(result.figures));
    object["paired_vs_rf"] = versus(result.versusForest);
    object["paired_vs_rf_bank"] = versus(result.versusForestWithBank);
    for (const auto& [name, mean] : result.perClass)
        object["per_class"][name] = figures(mean);
    object["seconds"] = result.seconds;
    return object;
}

} // namespace

base::Result<EvaluationReport> evaluateHunts(const Evaluation& evaluation)
{
    const auto& [options, judged, data, stop] = evaluation;
    const auto contestants = huntContestants(evaluation, data, {});
    if (!contestants)
        return base::failure(contestants.error());
    detect::HuntSettings settings{.draws = options.draws, .seed = options.seed, .methods = options.methods};
    if (!options.shots.empty())
        settings.shots = options.shots;
    const auto results = detect::playHunts(data, *contestants, settings, progressLine(), stop);
    if (!results)
        return base::failure(results.error());
    EvaluationReport report{.table = tableOf(*results), .draws = options.draws};
    for (const detect::HuntResult& result : *results)
        report.results.push_back(rowOf(result));
    return report;
}

} // namespace flowscent::cli
