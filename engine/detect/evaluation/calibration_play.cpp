// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/calibration_play.h"

#include "engine/detect/evaluation/calibration_draws.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace flowscent::detect {

using base::Error;
using base::failure;

namespace {

constexpr std::uint32_t mostFitDraws = 2; ///< per class and variant; training splits have many classes

bool isShare(double value)
{
    return value > 0 && value < 1;
}

base::Result<void> check(const learn::Dataset& data, const HuntContestant& contestant,
                         const CalibrationSettings& settings)
{
    if (settings.draws == 0 || settings.shots.empty() || std::ranges::find(settings.shots, 0U) != settings.shots.end())
        return failure(Error::Code::Argument, "hunts need one shot and one draw at least");
    if (!(settings.leastBaselineAlarms >= 1))
        return failure(Error::Code::Argument, "a line cannot be judged by less than one flow above it");
    if (!std::ranges::all_of(settings.rates, isShare) || !std::ranges::all_of(settings.prevalences, isShare))
        return failure(Error::Code::Argument, "false-alarm rates and prevalences lie between 0 and 1");
    if (!contestant.members.empty())
        return failure(Error::Code::Argument, contestant.name + " builds on others and cannot be judged alone");
    if (!data.provenance.known())
        return failure(Error::Code::Support, "there are no flows to hunt in, or nobody knows where they come from");
    return {};
}

learn::ClassInterval overAll(const std::vector<double>& values, std::uint64_t seed)
{
    std::vector<std::uint16_t> places(values.size());
    std::iota(places.begin(), places.end(), std::uint16_t{0});
    return learn::overClasses(
        places, [&](std::uint16_t place) { return values[place]; }, seed);
}

bool sameShape(const HuntShape& a, const HuntShape& b)
{
    return a.variant == b.variant && a.negatives == b.negatives && a.shots == b.shots;
}

/// The draws [begin, end) of one shape.
struct ShapeView {
    const learn::Dataset& data;
    std::span<const CalibrationDraw> draws;
    std::span<const CalibrationOutcome> outcomes;
    const CalibrationSettings& settings;

    /// [begin, end) of each class.
    [[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> classes() const
    {
        std::vector<std::pair<std::size_t, std::size_t>> all;
        for (std::size_t i = 0; i < draws.size(); ++i) {
            if (i == 0 || draws[i].threat != draws[i - 1].threat)
                all.emplace_back(i, i);
            all.back().second = i + 1;
        }
        return all;
    }
};

std::optional<PromiseResult> promiseOf(const ShapeView& view, BaselineFrom from, std::size_t place)
{
    PromiseResult result{.asked = view.settings.rates[place], .from = from, .ratio = {}, .recall = {}, .perClass = {}};
    std::vector<double> ratios;
    std::vector<double> recalls;
    double judged = 0;
    for (const auto& [begin, end] : view.classes()) {
        double expected = 0;
        RealisedRate sum;
        double recall = 0;
        double count = 0;
        for (std::size_t i = begin; i < end; ++i) {
            const auto found = view.outcomes[i].promises.find({from, place});
            if (found == view.outcomes[i].promises.end())
                continue;
            const auto& [flows, promise] = found->second;
            result.baselineFlows += static_cast<double>(flows);
            sum.flows += promise.normal.flows;
            sum.alarms += promise.normal.alarms;
            expected += promise.normal.expected();
            recall += static_cast<double>(promise.found) / static_cast<double>(promise.threats);
            count += 1;
        }
        if (count == 0)
            continue;
        ratios.push_back(static_cast<double>(sum.alarms) / expected);
        recalls.push_back(recall / count);
        result.perClass.emplace_back(view.data.classNames[view.draws[begin].threat], ratios.back());
        result.heldOutFlows += static_cast<double>(sum.flows);
        result.expected += expected;
        result.seen += sum.alarms;
        judged += count;
    }
    if (ratios.empty())
        return std::nullopt;
    result.baselineFlows /= judged;
    result.heldOutFlows /= judged;
    result.ratio = overAll(ratios, view.settings.seed);
    result.recall = overAll(recalls, view.settings.seed);
    return result;
}

/// All draws of a class weigh 1 together.
JudgedLogits pooled(const ShapeView& view, double prevalence)
{
    JudgedLogits all;
    for (const auto& [begin, end] : view.classes()) {
        for (std::size_t i = begin; i < end; ++i)
            all.append(view.outcomes[i].logits.atPrevalence(prevalence, 1.0 / static_cast<double>(end - begin)));
    }
    return all;
}

ProbabilityResult probabilityOf(const ShapeView& view, double prevalence, const Calibrator& calibrator)
{
    const JudgedLogits judged = pooled(view, prevalence);
    ProbabilityResult result{.prevalence = prevalence, .calibrator = calibrator, .table = {}};
    result.table = reliability(judged, calibrator, ReliabilityBins::EqualWidth);
    result.error = expectedCalibrationError(result.table);
    result.errorByMass = expectedCalibrationError(reliability(judged, calibrator, ReliabilityBins::EqualMass));
    result.brier = brierScore(judged, calibrator);
    result.brierOfRate = prevalence * (1 - prevalence);
    result.errorOfLogits = expectedCalibrationError(reliability(judged, {}, ReliabilityBins::EqualWidth));
    return result;
}

CalibrationResult resultOf(const ShapeView& view, const TaskCalibrators& calibrators)
{
    CalibrationResult result{.shape = view.draws.front().shape, .promises = {}, .probabilities = {}};
    result.classes = view.classes().size();
    for (const CalibrationOutcome& outcome : view.outcomes)
        result.largestBaseline = std::max(result.largestBaseline, outcome.largestBaseline);
    for (std::size_t place = 0; place < view.settings.rates.size(); ++place) {
        for (const BaselineFrom from : {BaselineFrom::OtherCaptures, BaselineFrom::SameCaptures}) {
            if (auto promise = promiseOf(view, from, place))
                result.promises.push_back(std::move(*promise));
        }
    }
    const auto fitted = calibrators.find(result.shape.shots);
    for (std::size_t i = 0; fitted != calibrators.end() && i < view.settings.prevalences.size(); ++i)
        result.probabilities.push_back(probabilityOf(view, view.settings.prevalences[i], fitted->second.at(i)));
    return result;
}

} // namespace

base::Result<TaskCalibrators> fitTaskCalibrators(const learn::Dataset& other, const HuntContestant& contestant,
                                                 const CalibrationSettings& settings,
                                                 const base::ProgressSink& progress, const std::stop_token& stop)
{
    if (auto sound = check(other, contestant, settings); !sound)
        return failure(sound.error());
    const HuntSampler sampler(other);
    TaskCalibrators all;
    for (const std::uint32_t shots : settings.shots) {
        CalibrationSettings one = settings;
        one.shots = {shots};
        one.draws = std::min(settings.draws, mostFitDraws);
        const auto draws = calibrationDraws(sampler, one, std::array{HuntNegatives::All});
        const auto outcomes =
            playDraws(other, sampler, draws, contestant, one, CalibrationPart::Logits, progress, stop);
        if (!outcomes)
            return failure(outcomes.error());
        for (const double prevalence : settings.prevalences) {
            const auto fitted = fitCalibrator(pooled({other, draws, *outcomes, one}, prevalence));
            if (!fitted)
                return failure(fitted.error());
            all[shots].push_back(*fitted);
        }
    }
    return all;
}

base::Result<std::vector<CalibrationResult>>
playCalibration(const learn::Dataset& data, const HuntContestant& contestant, const TaskCalibrators& calibrators,
                const CalibrationSettings& settings, const base::ProgressSink& progress, const std::stop_token& stop)
{
    if (auto sound = check(data, contestant, settings); !sound)
        return failure(sound.error());
    for (const auto& [shots, fitted] : calibrators) {
        if (fitted.size() != settings.prevalences.size())
            return failure(Error::Code::Argument, "every prevalence needs a calibrator of its own");
    }
    const HuntSampler sampler(data);
    const auto draws = calibrationDraws(sampler, settings, std::array{HuntNegatives::All, HuntNegatives::Own});
    if (draws.empty())
        return failure(Error::Code::Support, "no threat has enough distinct flows, or there are no benign ones");
    const auto outcomes =
        playDraws(data, sampler, draws, contestant, settings, CalibrationPart::Everything, progress, stop);
    if (!outcomes)
        return failure(outcomes.error());
    std::vector<CalibrationResult> results;
    const auto draw = std::span(draws);
    for (std::size_t begin = 0; begin < draws.size();) {
        std::size_t end = begin;
        while (end < draws.size() && sameShape(draws[end].shape, draws[begin].shape))
            ++end;
        results.push_back(resultOf(
            {data, draw.subspan(begin, end - begin), std::span(*outcomes).subspan(begin, end - begin), settings},
            calibrators));
        begin = end;
    }
    return results;
}

} // namespace flowscent::detect
