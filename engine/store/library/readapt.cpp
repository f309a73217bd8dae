// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/library/readapt.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace flowscent::store {

using base::Error;
using base::failure;
using detect::DescribedInput;

namespace {

std::size_t above(const std::vector<float>& scores)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(scores, [](float score) { return score >= detect::alarmScore; }));
}

detect::AdaptSettings settingsOf(const Bundle& bundle)
{
    return {.method = bundle.detector.method,
            .threatName = bundle.detector.threatName,
            .falseAlarmBudget = bundle.falseAlarmBudget,
            .seed = bundle.seed};
}

/// Rows of a fold, and the others.
struct Parted {
    std::vector<std::uint32_t> fold;
    std::vector<std::uint32_t> rest;
};

Parted part(std::size_t rows, std::size_t fold, std::size_t folds)
{
    Parted parted;
    for (std::uint32_t row = 0; row < rows; ++row)
        (row % folds == fold ? parted.fold : parted.rest).push_back(row);
    return parted;
}

void place(const std::vector<float>& scores, const std::vector<std::uint32_t>& rows, std::vector<float>& all)
{
    for (std::size_t i = 0; i < rows.size(); ++i)
        all[rows[i]] = scores[i];
}

/// Scores of the marked examples by fits that did not see them.
base::Result<void> holdOut(const DescribedInput& examples, const detect::AdaptSettings& settings, const BaseInUse& base,
                           SupportAnswers& answers, const std::stop_token& stop)
{
    const std::size_t folds = std::min(examples.threat.size(), mostFolds);
    for (std::size_t fold = 0; fold < folds; ++fold) {
        if (stop.stop_requested())
            return failure(Error::Code::Cancelled, "stopped; nothing was changed");
        const Parted threats = part(examples.threat.size(), fold, folds);
        Parted counters = part(examples.notThreat.size(), fold, folds);
        if (examples.background.size() == 0 && counters.rest.empty())
            counters.rest = counters.fold; // without anything to tell the threat from there is no fit
        const auto detector =
            base.fit({examples.threat.rows(threats.rest), examples.notThreat.rows(counters.rest), examples.background},
                     settings);
        if (!detector)
            return failure(detector.error());
        place(detect::score(*detector, examples.threat.rows(threats.fold)), threats.fold, answers.threats);
        if (!counters.fold.empty())
            place(detect::score(*detector, examples.notThreat.rows(counters.fold)), counters.fold, answers.counters);
    }
    return {};
}

base::Result<SupportAnswers> answersOf(const DescribedInput& examples, const detect::Detector& whole,
                                       const detect::AdaptSettings& settings, const BaseInUse& base,
                                       const std::stop_token& stop)
{
    SupportAnswers answers{.baseModel = base.identity(),
                           .threats = std::vector<float>(examples.threat.size()),
                           .counters = std::vector<float>(examples.notThreat.size()),
                           .heldOut = examples.threat.size() > 1,
                           .backgrounds = static_cast<std::uint32_t>(examples.background.size())};
    if (examples.background.size() > 0)
        answers.backgroundsAbove = static_cast<std::uint32_t>(above(detect::score(whole, examples.background)));
    if (answers.heldOut) {
        if (auto held = holdOut(examples, settings, base, answers, stop); !held)
            return failure(held.error());
        return answers;
    }
    answers.threats = detect::score(whole, examples.threat);
    if (examples.notThreat.size() > 0)
        answers.counters = detect::score(whole, examples.notThreat);
    return answers;
}

std::string scoreText(float score)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(score));
    return text.data();
}

std::string sideText(const char* when, const SupportAnswers& answers)
{
    std::string line = std::string("  ") + when + " (base " + answers.baseModel.substr(0, 12) +
                       "): " + std::to_string(answers.threatsFound()) + " of " +
                       std::to_string(answers.threats.size()) + " examples above the line";
    if (!answers.counters.empty())
        line += ", " + std::to_string(answers.countersAbove()) + " of " + std::to_string(answers.counters.size()) +
                " counter-examples";
    return line + ", " + std::to_string(answers.backgroundsAbove) + " of " + std::to_string(answers.backgrounds) +
           " background flows";
}

void addScores(std::vector<std::string>& lines, const std::string& what, const std::vector<float>& before,
               const std::vector<float>& after)
{
    for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i)
        lines.push_back("    " + what + " " + std::to_string(i + 1) + ": " + scoreText(before[i]) + " -> " +
                        scoreText(after[i]));
}

} // namespace

std::size_t SupportAnswers::threatsFound() const
{
    return above(threats);
}

std::size_t SupportAnswers::countersAbove() const
{
    return above(counters);
}

std::vector<std::string> reportLines(const ReadaptReport& report)
{
    std::vector<std::string> lines{report.name + " version " + std::to_string(report.version) +
                                   (report.before.heldOut ? ", each example scored without having been seen"
                                                          : ", scores of the example that it was made from")};
    lines.push_back(sideText("before", report.before));
    lines.push_back(sideText("after ", report.after));
    addScores(lines, "example", report.before.threats, report.after.threats);
    addScores(lines, "counter-example", report.before.counters, report.after.counters);
    return lines;
}

base::Result<Readapted> readapted(const Bundle& bundle, const BaseInUse& before, const BaseInUse& after,
                                  const std::stop_token& stop)
{
    if (!bundle.hasExamples())
        return failure(Error::Code::Support, "came without its examples, so it cannot be made anew", bundle.name);
    if (bundle.detector.base->identity() != before.identity())
        return failure(Error::Code::Argument, "is of another base model than is compared with", bundle.name);
    const auto settings = settingsOf(bundle);
    const auto old = before.describe(bundle.examples, stop);
    if (!old)
        return failure(old.error());
    const auto fresh = after.describe(bundle.examples, stop);
    if (!fresh)
        return failure(fresh.error());
    auto detector = after.fit(*fresh, settings);
    if (!detector)
        return failure(detector.error());
    detector->revision = bundle.detector.revision + 1;
    auto oldAnswers = answersOf(*old, bundle.detector, settings, before, stop);
    auto freshAnswers = answersOf(*fresh, *detector, settings, after, stop);
    if (!oldAnswers || !freshAnswers)
        return failure(oldAnswers ? freshAnswers.error() : oldAnswers.error());
    Readapted made{.bundle = bundle,
                   .report = {bundle.name, bundle.version, std::move(*oldAnswers), std::move(*freshAnswers)}};
    made.bundle.detector = std::move(*detector);
    made.bundle.calibration.reset();
    return made;
}

} // namespace flowscent::store
