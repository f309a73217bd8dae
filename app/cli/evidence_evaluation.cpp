// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/evaluation.h"

#include "engine/detect/evaluation/deletion.h"

namespace flowscent::cli {

namespace {

std::string text(const learn::ClassInterval& one)
{
    return formatted("%.3f [%.3f, %.3f]", one.mean, one.low, one.high);
}

std::string tableOf(const detect::EvidenceQuality& quality)
{
    std::string table = formatted("\n%zu alarms explained (%zu hunts raised none), same capture, all networks; 95 %% "
                                  "intervals by bootstrap over classes\n",
                                  quality.flows, quality.silentHunts);
    table += "  shots masked  flows classes  named beat chance     ... among unlike      ... every set         named "
             "fall  chance fall\n";
    for (const detect::DeletionResult& result : quality.deletion)
        table +=
            formatted("  %5u %6u %6zu %7zu  %s  %s  %s  %10.2f  %11.2f\n", result.shots, result.masked, result.flows,
                      result.perClass.size(), text(result.wins).c_str(), text(result.winsAmongUnlike).c_str(),
                      text(result.winsOverEvery).c_str(), result.namedFall.mean, result.chanceFall.mean);
    table += formatted(
        "  completeness error %.3f %% on the average, %.3f %% at most; %.0f gradients and %.1f ms a flow\n",
        100 * quality.completenessMean, 100 * quality.completenessMost, quality.stepsMean, quality.millisecondsMean);
    return table +
           formatted("  %.1f %% of the flows fall below the line when %.1f features become normal; of %.1f %% the "
                     "normal twin is above it, too\n",
                     100 * quality.flipShare, quality.flipFeatures, 100 * quality.twinAlarmShare);
}

Json rowsOf(const detect::EvidenceQuality& quality)
{
    Json rows = Json::array();
    for (const detect::DeletionResult& result : quality.deletion) {
        Json row{{"shots", result.shots},
                 {"masked", result.masked},
                 {"flows", result.flows},
                 {"named_beats_chance", interval(result.wins)},
                 {"named_beats_chance_among_unlike", interval(result.winsAmongUnlike)},
                 {"named_beats_every_set", interval(result.winsOverEvery)},
                 {"named_fall", interval(result.namedFall)},
                 {"chance_fall", interval(result.chanceFall)}};
        for (const auto& [name, share] : result.perClass)
            row["per_class"][name] = share;
        rows.push_back(std::move(row));
    }
    return rows;
}

} // namespace

base::Result<EvaluationReport> evaluateEvidence(const Evaluation& evaluation)
{
    const auto& [options, judged, data, stop] = evaluation;
    detect::DeletionSettings settings{.draws = options.draws, .seed = options.seed};
    if (!options.shots.empty())
        settings.shots = options.shots;
    const auto quality = detect::testEvidence(data, judged.encoder, settings, progressLine(), stop);
    if (!quality)
        return base::failure(quality.error());
    return EvaluationReport{
        .table = tableOf(*quality),
        .draws = options.draws,
        .more = {{"flows", quality->flows},
                 {"silent_hunts", quality->silentHunts},
                 {"completeness_error", {{"mean", quality->completenessMean}, {"max", quality->completenessMost}}},
                 {"gradients", quality->stepsMean},
                 {"milliseconds", quality->millisecondsMean},
                 {"flips", {{"share", quality->flipShare}, {"features", quality->flipFeatures}}},
                 {"twin_alarms", quality->twinAlarmShare}},
        .results = rowsOf(*quality)};
}

} // namespace flowscent::cli
