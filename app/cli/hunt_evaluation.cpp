// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/evaluation.h"
#include "app/cli/training_flows.h"

#include "engine/detect/evaluation/hunt.h"

namespace flowscent::cli {

namespace {

std::string tableOf(const std::vector<detect::HuntResult>& results)
{
    std::string table;
    const detect::HuntShape* shown = nullptr;
    for (const detect::HuntResult& result : results) {
        const detect::HuntShape& shape = result.shape;
        if (shown == nullptr || shown->variant != shape.variant || shown->negatives != shape.negatives ||
            shown->shots != shape.shots) {
            shown = &shape;
            table +=
                formatted("\n%s capture, %s networks, %u shots, %zu classes (%.1f threats in the background); 1 %% "
                          "prevalence, 95 %% intervals by bootstrap over classes\n",
                          shape.variant == detect::HuntVariant::Same ? "same" : "other",
                          shape.negatives == detect::HuntNegatives::All ? "all" : "own", shape.shots,
                          result.perClass.size(), result.backgroundThreats);
            table += "  method                      AUPRC                  minus forest            minus forest + bank"
                     "     R@1e-2 R@1e-3   P@20  seconds\n";
        }
        const auto part = [](const std::optional<detect::HuntIntervals>& versus) {
            if (!versus)
                return std::string(24, ' ');
            const learn::ClassInterval& lead = (*versus)[0];
            return formatted("%+.3f [%+.3f, %+.3f]", lead.mean, lead.low, lead.high);
        };
        const learn::ClassInterval& auprc = result.figures[0];
        table += formatted("  %-26s  %.3f [%.3f, %.3f]  %s  %s   %.3f  %.3f  %.3f %8.2f\n", result.method.c_str(),
                           auprc.mean, auprc.low, auprc.high, part(result.versusForest).c_str(),
                           part(result.versusForestWithBank).c_str(), result.figures[1].mean, result.figures[2].mean,
                           result.figures[3].mean, result.seconds);
    }
    return table;
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
    return byMetric<learn::ClassInterval>(all, interval);
}

/// null when the opponent took no part.
Json versus(const std::optional<detect::HuntIntervals>& all)
{
    return all ? intervals(*all) : Json(nullptr);
}

Json rowOf(const detect::HuntResult& result)
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

} // namespace

base::Result<EvaluationReport> evaluateHunts(const Evaluation& evaluation)
{
    const auto& [options, judged, data, stop] = evaluation;
    const auto training = trainingFlows(options, stop);
    if (!training)
        return base::failure(training.error());
    const detect::HuntOpponents opponents{
        .training = *training ? &**training : nullptr, .seed = options.seed, .methods = options.methods};
    const auto contestants = detect::makeHuntContestants(data, *judged.encoder, opponents, stop);
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
