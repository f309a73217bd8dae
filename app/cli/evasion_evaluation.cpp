// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/evaluation.h"
#include "app/cli/hunt_figures.h"
#include "app/cli/training_flows.h"

#include "engine/detect/evaluation/evasion.h"

#include <algorithm>

namespace flowscent::cli {

namespace {

/// "pad_to_multiple 128", "none"
std::string nameOf(const std::optional<learn::Evasion>& evasion)
{
    return evasion ? formatted("%s %g", learn::text(evasion->kind).c_str(), evasion->strength) : std::string("none");
}

std::string tableOf(const std::vector<detect::EvasionResult>& results, const EvaluateOptions& options)
{
    std::string table;
    const detect::EvasionResult* shown = nullptr;
    for (const detect::EvasionResult& result : results) {
        if (shown == nullptr || shown->shape != result.shape) {
            shown = &result;
            table +=
                formatted("\n%s, %zu classes, %u draws, seed %llu; the threats looked for altered, examples not; 1 "
                          "%% prevalence, 95 %% intervals by bootstrap over classes\n",
                          wording(result.shape).c_str(), result.perClass.size(), options.draws,
                          static_cast<unsigned long long>(options.seed));
            table += "  alteration             method                      AUPRC                  less without         "
                     "    R@1e-2                 less without\n";
        }
        table += formatted("  %-21s  %-26s  %s  %s  %s  %s\n", nameOf(result.evasion).c_str(), result.method.c_str(),
                           plain(result.figures[0]).c_str(), signedly(result.change[0]).c_str(),
                           plain(result.figures[1]).c_str(), signedly(result.change[1]).c_str());
    }
    return table;
}

Json rowOf(const detect::EvasionResult& result)
{
    Json object{{"method", result.method}};
    object.update(shapeOf(result.shape));
    object["evasion"] = result.evasion ? Json(learn::text(result.evasion->kind)) : Json(nullptr);
    object["strength"] = result.evasion ? Json(result.evasion->strength) : Json(nullptr);
    object["classes"] = result.perClass.size();
    object.update(intervals(result.figures));
    object["change"] = intervals(result.change);
    for (const auto& [name, mean] : result.perClass)
        object["per_class"][name] = figures(mean);
    return object;
}

const std::vector<std::string> usual{detect::shippedDefault, detect::huntForest, detect::huntForestWithBank, "r2d2"};

} // namespace

base::Result<EvaluationReport> evaluateEvasion(const Evaluation& evaluation)
{
    const auto& [options, judged, data, stop] = evaluation;
    detect::EvasionSettings settings{.draws = options.draws, .seed = options.seed};
    if (!options.shots.empty())
        settings.shots = options.shots;
    const detect::EvadedFlows evaded(data, settings.evasions, options.seed);
    const auto contestants = huntContestants(evaluation, evaded.data(), usual);
    if (!contestants)
        return base::failure(contestants.error());
    auto results = detect::playEvasions(data, evaded, *contestants, settings, progressLine(), stop);
    if (!results)
        return base::failure(results.error());
    std::erase_if(*results, [&](const detect::EvasionResult& result) {
        return !options.methods.empty() && std::ranges::find(options.methods, result.method) == options.methods.end();
    });
    EvaluationReport report{.table = tableOf(*results, options), .draws = options.draws};
    for (const detect::EvasionResult& result : *results)
        report.results.push_back(rowOf(result));
    return report;
}

} // namespace flowscent::cli
