// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/evaluation.h"
#include "app/cli/hunt_figures.h"
#include "app/cli/training_flows.h"

#include "engine/detect/evaluation/label_noise.h"

#include <algorithm>

namespace flowscent::cli {

namespace {

std::string tableOf(const std::vector<detect::LabelNoiseResult>& results, const EvaluateOptions& options)
{
    std::string table;
    const detect::LabelNoiseResult* shown = nullptr;
    for (const detect::LabelNoiseResult& result : results) {
        if (shown == nullptr || shown->shape != result.shape) {
            shown = &result;
            table += formatted("\n%s, %u of them benign by mistake, %zu classes, %u draws, seed %llu; 1 %% prevalence, "
                               "95 %% intervals by bootstrap over classes\n",
                               wording(result.shape).c_str(), result.wrong, result.perClass.size(), options.draws,
                               static_cast<unsigned long long>(options.seed));
            table +=
                "  method                      AUPRC clean            AUPRC noisy            noisy less clean      "
                "   R@1e-2 clean, noisy  seconds\n";
        }
        table +=
            formatted("  %-26s  %s  %s  %s    %.3f  %.3f       %8.2f\n", result.method.c_str(),
                      plain(result.clean[0]).c_str(), plain(result.noisy[0]).c_str(),
                      signedly(result.change[0]).c_str(), result.clean[1].mean, result.noisy[1].mean, result.seconds);
    }
    return table;
}

Json rowOf(const detect::LabelNoiseResult& result)
{
    Json object{{"method", result.method}};
    object.update(shapeOf(result.shape));
    object["wrong"] = result.wrong;
    object["classes"] = result.perClass.size();
    object["clean"] = intervals(result.clean);
    object["noisy"] = intervals(result.noisy);
    object["change"] = intervals(result.change);
    for (const detect::LabelNoiseResult::OfClass& one : result.perClass)
        object["per_class"][one.name] = {{"clean", figures(one.clean)}, {"noisy", figures(one.noisy)}};
    object["seconds"] = result.seconds;
    return object;
}

/// One wrong one of five.
std::vector<detect::NoiseDose> dosesOf(const std::vector<std::uint32_t>& shots)
{
    std::vector<detect::NoiseDose> doses;
    for (const std::uint32_t count : shots)
        doses.push_back({count, std::max(1U, count / 5)});
    return doses;
}

} // namespace

base::Result<EvaluationReport> evaluateLabelNoise(const Evaluation& evaluation)
{
    const auto& [options, judged, data, stop] = evaluation;
    const auto contestants = huntContestants(evaluation, data, {});
    if (!contestants)
        return base::failure(contestants.error());
    detect::LabelNoiseSettings settings{.draws = options.draws, .seed = options.seed};
    if (!options.shots.empty())
        settings.doses = dosesOf(options.shots);
    auto results = detect::playLabelNoise(data, *contestants, settings, progressLine(), stop);
    if (!results)
        return base::failure(results.error());
    std::erase_if(*results, [&](const detect::LabelNoiseResult& result) {
        return !options.methods.empty() && std::ranges::find(options.methods, result.method) == options.methods.end();
    });
    EvaluationReport report{.table = tableOf(*results, options), .draws = options.draws};
    for (const detect::LabelNoiseResult& result : *results)
        report.results.push_back(rowOf(result));
    return report;
}

} // namespace flowscent::cli
