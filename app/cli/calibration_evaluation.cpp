// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/evaluation.h"
#include "app/cli/training_flows.h"

#include "engine/detect/evaluation/calibration_play.h"
#include "engine/learn/evaluation/evaluate.h"

#include <algorithm>

namespace flowscent::cli {

namespace {

/// Temperatures are learned from tasks of a training split, never of the split that is judged; without it, no
/// probabilities are judged.
base::Result<detect::HuntContestant> shippedDetector(const learn::Dataset& data, const learn::Dataset* training,
                                                     const Evaluation& evaluation)
{
    auto contestants = detect::makeHuntContestants(
        data, *evaluation.judged.encoder,
        {.training = training, .seed = evaluation.options.seed, .methods = {detect::shippedDefault}}, evaluation.stop);
    if (!contestants)
        return base::failure(contestants.error());
    return std::move(contestants->front());
}

base::Result<detect::TaskCalibrators> learnedCalibrators(const learn::Dataset* training, const Evaluation& evaluation,
                                                         const detect::CalibrationSettings& settings)
{
    if (training == nullptr)
        return detect::TaskCalibrators();
    const learn::Dataset tasks = learn::evaluationData(*training, evaluation.options.minimumPackets);
    const auto detector = shippedDetector(tasks, training, evaluation);
    if (!detector)
        return base::failure(detector.error());
    return detect::fitTaskCalibrators(tasks, *detector, settings, progressLine(), evaluation.stop);
}

std::string promisesOf(const detect::CalibrationResult& result, const detect::CalibrationSettings& settings)
{
    std::string lines;
    for (const double rate : settings.rates) {
        const auto asked = [rate](const detect::PromiseResult& promise) { return promise.asked == rate; };
        if (std::ranges::none_of(result.promises, asked))
            lines += formatted("  1 in %-6.0f needs %.0f normal flows to be judged, the largest baseline has %zu\n",
                               1 / rate, settings.leastBaselineAlarms / rate, result.largestBaseline);
    }
    for (const detect::PromiseResult& promise : result.promises)
        lines += formatted("  1 in %-6.0f baseline from %s (%5.0f flows)  promised %7.1f seen %6llu  ratio %.2f [%.2f, "
                           "%.2f]  recall %.3f  %zu classes\n",
                           1 / promise.asked, detect::text(promise.from).data(), promise.baselineFlows,
                           promise.expected, static_cast<unsigned long long>(promise.seen), promise.ratio.mean,
                           promise.ratio.low, promise.ratio.high, promise.recall.mean, promise.perClass.size());
    return lines;
}

std::string probabilitiesOf(const detect::CalibrationResult& result)
{
    std::string lines;
    for (const detect::ProbabilityResult& probability : result.probabilities) {
        lines +=
            formatted("  probabilities at %.0f %% threats: ECE %.4f (equal mass %.4f; logits as they are %.4f), Brier "
                      "%.4f (prevalence alone %.4f), temperature %.3f, bias %+.2f\n",
                      100 * probability.prevalence, probability.error, probability.errorByMass,
                      probability.errorOfLogits, probability.brier, probability.brierOfRate,
                      probability.calibrator.temperature, probability.calibrator.bias);
        for (const detect::ReliabilityRow& row : probability.table)
            lines += formatted("      said %.3f  true %.3f  weight %.4f  flows %zu\n", row.predicted, row.threats,
                               row.weight, row.flows);
    }
    return lines;
}

std::string tableOf(const std::vector<detect::CalibrationResult>& results, const detect::CalibrationSettings& settings)
{
    std::string table;
    for (const detect::CalibrationResult& result : results) {
        table +=
            formatted("\n%s capture, %s networks, %u shots, %zu classes; 95 %% intervals by bootstrap over classes\n",
                      detect::text(result.shape.variant).data(), detect::text(result.shape.negatives).data(),
                      result.shape.shots, result.classes);
        table += promisesOf(result, settings) + probabilitiesOf(result);
    }
    return table;
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
            {"ece_of_logits", probability.errorOfLogits},
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

} // namespace

base::Result<EvaluationReport> evaluateCalibration(const Evaluation& evaluation)
{
    const auto& [options, judged, data, stop] = evaluation;
    detect::CalibrationSettings settings{.draws = options.draws, .seed = options.seed};
    if (!options.shots.empty())
        settings.shots = options.shots;
    if (options.leastBaselineAlarms)
        settings.leastBaselineAlarms = *options.leastBaselineAlarms;
    const auto training = trainingFlows(options, stop);
    if (!training)
        return base::failure(training.error());
    const learn::Dataset* tasks = *training ? &**training : nullptr;
    const auto calibrators = learnedCalibrators(tasks, evaluation, settings);
    if (!calibrators)
        return base::failure(calibrators.error());
    const auto detector = shippedDetector(data, tasks, evaluation);
    if (!detector)
        return base::failure(detector.error());
    const auto results = detect::playCalibration(data, *detector, *calibrators, settings, progressLine(), stop);
    if (!results)
        return base::failure(results.error());
    EvaluationReport report{.table = tableOf(*results, settings),
                            .draws = options.draws,
                            .more = {{"least_baseline_alarms", settings.leastBaselineAlarms}}};
    for (const detect::CalibrationResult& result : *results)
        report.results.push_back(rowOf(result));
    return report;
}

} // namespace flowscent::cli
