// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/evidence_evaluation.h"

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/judged_model.h"

#include "engine/base/atomic_file.h"
#include "engine/learn/evaluation/evaluate.h"

#include <nlohmann/json.hpp>

#include <iostream>

namespace flowscent::cli {

using Json = nlohmann::ordered_json;

namespace {

std::string text(const learn::ClassInterval& one)
{
    char shown[40];
    std::snprintf(shown, sizeof shown, "%.3f [%.3f, %.3f]", one.mean, one.low, one.high);
    return shown;
}

void printTable(const detect::EvidenceQuality& quality, std::ostream& out)
{
    char line[240];
    std::snprintf(line, sizeof line,
                  "\n%zu alarms explained (%zu hunts raised none), same capture, all networks; 95 %% intervals by "
                  "bootstrap over classes\n",
                  quality.flows, quality.silentHunts);
    out << line;
    out << "  shots masked  flows classes  named beat chance     ... among unlike      ... every set         named "
           "fall  chance fall\n";
    for (const detect::DeletionResult& result : quality.deletion) {
        std::snprintf(line, sizeof line, "  %5u %6u %6zu %7zu  %s  %s  %s  %10.2f  %11.2f\n", result.shots,
                      result.masked, result.flows, result.perClass.size(), text(result.wins).c_str(),
                      text(result.winsAmongUnlike).c_str(), text(result.winsOverEvery).c_str(), result.namedFall.mean,
                      result.chanceFall.mean);
        out << line;
    }
    std::snprintf(line, sizeof line,
                  "  completeness error %.3f %% on the average, %.3f %% at most; %.0f gradients and %.1f ms a flow\n",
                  100 * quality.completenessMean, 100 * quality.completenessMost, quality.stepsMean,
                  quality.millisecondsMean);
    out << line;
    std::snprintf(line, sizeof line,
                  "  %.1f %% of the flows fall below the line when %.1f features become normal; of %.1f %% the normal "
                  "twin is above it, too\n",
                  100 * quality.flipShare, quality.flipFeatures, 100 * quality.twinAlarmShare);
    out << line;
}

Json interval(const learn::ClassInterval& one)
{
    return {{"mean", one.mean}, {"ci", {one.low, one.high}}};
}

std::string report(const EvidenceEvaluation& evaluation, const JudgedModel& judged,
                   const detect::EvidenceQuality& quality)
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
    const Json document{{"protocol", "evidence"},
                        {"corpus", evaluation.corpus},
                        {"corpus_sha256", judged.corpus.dataset.hash()},
                        {"split", evaluation.split},
                        {"model", judged.file},
                        {"model_sha256", judged.sha256},
                        {"seed", evaluation.settings.seed},
                        {"draws", evaluation.settings.draws},
                        {"min_packets", evaluation.minimumPackets},
                        {"flows", quality.flows},
                        {"silent_hunts", quality.silentHunts},
                        {"completeness_error", {{"mean", quality.completenessMean}, {"max", quality.completenessMost}}},
                        {"gradients", quality.stepsMean},
                        {"milliseconds", quality.millisecondsMean},
                        {"flips", {{"share", quality.flipShare}, {"features", quality.flipFeatures}}},
                        {"twin_alarms", quality.twinAlarmShare},
                        {"results", rows}};
    return document.dump(2) + "\n";
}

} // namespace

int evaluateEvidence(const EvidenceEvaluation& evaluation, const std::stop_token& stop)
{
    const auto judged = judgedModel(evaluation.model, evaluation.corpus, evaluation.split, stop);
    if (!judged)
        return fail(judged.error());
    const learn::Dataset data = learn::evaluationData(judged->corpus.dataset, evaluation.minimumPackets);
    const auto quality = detect::testEvidence(data, judged->encoder, evaluation.settings, progressLine(), stop);
    if (!quality)
        return fail(quality.error());
    printTable(*quality, std::cout);
    if (!evaluation.json.empty()) {
        const std::string text = report(evaluation, *judged, *quality);
        if (auto saved = base::writeAtomically(evaluation.json, text); !saved)
            return fail(saved.error());
    }
    return Good;
}

} // namespace flowscent::cli
