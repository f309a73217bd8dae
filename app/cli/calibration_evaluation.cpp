// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/calibration_evaluation.h"

#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/judged_model.h"

#include "engine/base/atomic_file.h"
#include "engine/learn/evaluation/evaluate.h"
#include "engine/store/corpus.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>

namespace flowscent::cli {

using Json = nlohmann::ordered_json;

namespace {

constexpr const char* taskSplit = "train";

bool sameFolder(const std::string& a, const std::string& b)
{
    std::error_code unknown;
    return a == b || std::filesystem::equivalent(a, b, unknown);
}

/// What temperatures are learned from, never the split that is judged. Nothing, and a word about it, where the corpus
/// itself has no such flows; a corpus that was named must have them.
base::Result<std::optional<learn::Dataset>> readTasks(const CalibrationEvaluation& evaluation,
                                                      const std::stop_token& stop)
{
    constexpr const char* without = "; without tasks to learn a temperature from, no probabilities are judged";
    const std::string& folder = evaluation.bankCorpus.empty() ? evaluation.corpus : evaluation.bankCorpus;
    if (evaluation.split == taskSplit && sameFolder(folder, evaluation.corpus)) {
        say(std::string("the split that is judged cannot also give the temperature") + without);
        return std::nullopt;
    }
    auto corpus = store::readCorpus(folder, taskSplit, progressLine(), stop);
    if (corpus)
        return learn::evaluationData(corpus->dataset, evaluation.minimumPackets);
    if (!evaluation.bankCorpus.empty() || corpus.error().code == base::Error::Code::Cancelled)
        return base::failure(corpus.error());
    say(corpus.error().sentence() + without);
    return std::nullopt;
}

base::Result<detect::HuntContestant> shippedDetector(const learn::Dataset& data, const learn::Encoder& encoder,
                                                     const CalibrationEvaluation& evaluation,
                                                     const std::stop_token& stop)
{
    auto contestants = detect::makeHuntContestants(
        data, encoder, {.seed = evaluation.settings.seed, .methods = {detect::shippedDefault}}, stop);
    if (!contestants)
        return base::failure(contestants.error());
    return std::move(contestants->front());
}

base::Result<detect::TaskCalibrators>
learnedCalibrators(const JudgedModel& judged, const CalibrationEvaluation& evaluation, const std::stop_token& stop)
{
    const auto tasks = readTasks(evaluation, stop);
    if (!tasks)
        return base::failure(tasks.error());
    if (!*tasks)
        return detect::TaskCalibrators();
    const auto detector = shippedDetector(**tasks, *judged.encoder, evaluation, stop);
    if (!detector)
        return base::failure(detector.error());
    return detect::fitTaskCalibrators(**tasks, *detector, evaluation.settings, progressLine(), stop);
}

using TextLine = std::array<char, 240>;

void printPromises(const detect::CalibrationResult& result, const CalibrationEvaluation& evaluation, std::ostream& out)
{
    for (const double rate : evaluation.settings.rates) {
        const auto asked = [rate](const detect::PromiseResult& promise) { return promise.asked == rate; };
        if (std::ranges::none_of(result.promises, asked)) {
            TextLine line{};
            std::snprintf(line.data(), line.size(),
                          "  1 in %-6.0f needs %.0f normal flows to be judged, the largest baseline has %zu\n",
                          1 / rate, evaluation.settings.leastBaselineAlarms / rate, result.largestBaseline);
            out << line.data();
        }
    }
    for (const detect::PromiseResult& promise : result.promises) {
        TextLine line{};
        std::snprintf(
            line.data(), line.size(),
            "  1 in %-6.0f baseline from %s (%5.0f flows)  promised %7.1f seen %6llu  ratio %.2f [%.2f, %.2f]  "
            "recall %.3f  %zu classes\n",
            1 / promise.asked, detect::text(promise.from).data(), promise.baselineFlows, promise.expected,
            static_cast<unsigned long long>(promise.seen), promise.ratio.mean, promise.ratio.low, promise.ratio.high,
            promise.recall.mean, promise.perClass.size());
        out << line.data();
    }
}

void printProbabilities(const detect::CalibrationResult& result, std::ostream& out)
{
    for (const detect::ProbabilityResult& probability : result.probabilities) {
        TextLine heading{};
        std::snprintf(
            heading.data(), heading.size(),
            "  probabilities at %.0f %% threats: ECE %.4f (equal mass %.4f; scores as they are %.4f), Brier %.4f "
            "(prevalence alone %.4f), temperature %.3f, bias %+.2f\n",
            100 * probability.prevalence, probability.error, probability.errorByMass, probability.errorOfScores,
            probability.brier, probability.brierOfRate, probability.calibrator.temperature,
            probability.calibrator.bias);
        out << heading.data();
        for (const detect::ReliabilityRow& row : probability.table) {
            TextLine line{};
            std::snprintf(line.data(), line.size(), "      said %.3f  true %.3f  weight %.4f  flows %zu\n",
                          row.predicted, row.threats, row.weight, row.flows);
            out << line.data();
        }
    }
}

void printTable(const std::vector<detect::CalibrationResult>& results, const CalibrationEvaluation& evaluation,
                std::ostream& out)
{
    for (const detect::CalibrationResult& result : results) {
        TextLine heading{};
        std::snprintf(heading.data(), heading.size(),
                      "\n%s capture, %s networks, %u shots, %zu classes; 95 %% intervals by bootstrap over classes\n",
                      detect::text(result.shape.variant).data(), detect::text(result.shape.negatives).data(),
                      result.shape.shots, result.classes);
        out << heading.data();
        printPromises(result, evaluation, out);
        printProbabilities(result, out);
    }
}

Json interval(const learn::ClassInterval& one)
{
    return {{"mean", one.mean}, {"ci", {one.low, one.high}}};
}

Json rowOf(const detect::PromiseResult& promise)
{
    Json row{{"asked", promise.asked},
             {"baseline", detect::text(promise.from)},
             {"baseline_flows", promise.baselineFlows},
             {"held_out_flows", promise.heldOutFlows},
             {"promised_alarms", promise.expected},
             {"seen_alarms", promise.seen},
             {"ratio", interval(promise.ratio)},
             {"recall", interval(promise.recall)},
             {"classes", promise.perClass.size()}};
    for (const auto& [name, ratio] : promise.perClass)
        row["per_class"][name] = ratio;
    return row;
}

Json rowOf(const detect::ProbabilityResult& probability)
{
    Json table = Json::array();
    for (const detect::ReliabilityRow& row : probability.table)
        table.push_back({{"said", row.predicted}, {"true", row.threats}, {"weight", row.weight}, {"flows", row.flows}});
    return {{"prevalence", probability.prevalence},
            {"temperature", probability.calibrator.temperature},
            {"bias", probability.calibrator.bias},
            {"ece", probability.error},
            {"ece_equal_mass", probability.errorByMass},
            {"ece_of_scores", probability.errorOfScores},
            {"brier", probability.brier},
            {"brier_of_prevalence", probability.brierOfRate},
            {"reliability", table}};
}

Json rowOf(const detect::CalibrationResult& result)
{
    Json promises = Json::array();
    for (const detect::PromiseResult& promise : result.promises)
        promises.push_back(rowOf(promise));
    Json probabilities = Json::array();
    for (const detect::ProbabilityResult& probability : result.probabilities)
        probabilities.push_back(rowOf(probability));
    return {{"method", detect::shippedDefault},
            {"variant", detect::text(result.shape.variant)},
            {"negatives", detect::text(result.shape.negatives)},
            {"shots", result.shape.shots},
            {"classes", result.classes},
            {"largest_baseline", result.largestBaseline},
            {"promises", promises},
            {"probabilities", probabilities}};
}

std::string report(const CalibrationEvaluation& evaluation, const JudgedModel& judged,
                   const std::vector<detect::CalibrationResult>& results)
{
    Json rows = Json::array();
    for (const detect::CalibrationResult& result : results)
        rows.push_back(rowOf(result));
    const Json document{{"protocol", "calibration"},
                        {"corpus", evaluation.corpus},
                        {"corpus_sha256", judged.corpus.dataset.hash()},
                        {"split", evaluation.split},
                        {"model", judged.file},
                        {"model_sha256", judged.sha256},
                        {"seed", evaluation.settings.seed},
                        {"draws", evaluation.settings.draws},
                        {"min_packets", evaluation.minimumPackets},
                        {"least_baseline_alarms", evaluation.settings.leastBaselineAlarms},
                        {"results", rows}};
    return document.dump(2) + "\n";
}

} // namespace

int evaluateCalibration(const CalibrationEvaluation& evaluation, const std::stop_token& stop)
{
    const auto judged = judgedModel(evaluation.model, evaluation.corpus, evaluation.split, stop);
    if (!judged)
        return fail(judged.error());
    const auto calibrators = learnedCalibrators(*judged, evaluation, stop);
    if (!calibrators)
        return fail(calibrators.error());
    const learn::Dataset data = learn::evaluationData(judged->corpus.dataset, evaluation.minimumPackets);
    const auto detector = shippedDetector(data, *judged->encoder, evaluation, stop);
    if (!detector)
        return fail(detector.error());
    const auto results =
        detect::playCalibration(data, *detector, *calibrators, evaluation.settings, progressLine(), stop);
    if (!results)
        return fail(results.error());
    printTable(*results, evaluation, std::cout);
    if (!evaluation.json.empty()) {
        if (auto saved = base::writeAtomically(evaluation.json, report(evaluation, *judged, *results)); !saved)
            return fail(saved.error());
    }
    return Good;
}

} // namespace flowscent::cli
