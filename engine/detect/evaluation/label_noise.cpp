// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/label_noise.h"

#include "engine/detect/evaluation/hunt_answers.h"
#include "engine/detect/evaluation/hunt_plan.h"
#include "engine/detect/evaluation/play_each.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace flowscent::detect {

using base::Error;
using base::failure;

namespace {

/// Of one hunt: per contestant, clean before noisy.
struct Outcome {
    std::vector<HuntFigures> figures;
    std::vector<double> seconds;
};

base::Result<Outcome> playOne(const HuntSampler& sampler, const PlannedHunt& hunt, std::uint32_t wrong,
                              const learn::Dataset& data, std::span<const HuntContestant> contestants,
                              std::uint64_t seed)
{
    const base::Rng rng = rngOf(hunt, data, seed);
    const std::uint64_t own = base::Rng(rng).next();
    const NoisyHunt noisy =
        withWrongExamples(sampler.draw(hunt.threat, hunt.shape, seed, hunt.number), wrong, rng.fork(2));
    Outcome outcome{std::vector<HuntFigures>(2 * contestants.size()), std::vector<double>(contestants.size())};
    for (const bool mistaken : {false, true}) {
        const auto answers = ask(contestants, mistaken ? noisy.noisy : noisy.clean, own);
        if (!answers)
            return failure(answers.error());
        for (std::size_t who = 0; who < contestants.size(); ++who) {
            base::Rng thinning = rng.fork(1); // the same threats stay for everybody
            outcome.figures[2 * who + (mistaken ? 1 : 0)] =
                judge(ranked(answers->scores[who], noisy.isThreat), thinning);
            outcome.seconds[who] += answers->seconds[who];
        }
    }
    return outcome;
}

/// All shapes of one dose; none where no class has enough flows for so many examples.
base::Result<std::vector<LabelNoiseResult>> playDose(const learn::Dataset& data, const HuntSampler& sampler,
                                                     std::span<const HuntContestant> contestants, const NoiseDose& dose,
                                                     const LabelNoiseSettings& settings,
                                                     const base::ProgressSink& progress, const std::stop_token& stop)
{
    const auto hunts = planHunts(sampler, std::array{dose.shots}, settings.draws);
    if (!hunts)
        return std::vector<LabelNoiseResult>{};
    const auto play = [&](std::size_t i) {
        return playOne(sampler, (*hunts)[i], dose.wrong, data, contestants, settings.seed);
    };
    const auto outcomes = playEach<Outcome>(hunts->size(), play, "hunting with wrong examples", progress, stop);
    if (!outcomes)
        return failure(outcomes.error());
    std::vector<LabelNoiseResult> results;
    eachShape(*hunts, [&](std::size_t begin, std::size_t end) {
        HuntMeans means(2 * contestants.size());
        std::vector<double> seconds(contestants.size());
        for (std::size_t i = begin; i < end; ++i) {
            means.add((*hunts)[i].threat, (*outcomes)[i].figures);
            for (std::size_t who = 0; who < contestants.size(); ++who)
                seconds[who] += (*outcomes)[i].seconds[who];
        }
        for (std::size_t who = 0; who < contestants.size(); ++who) {
            LabelNoiseResult result{.method = contestants[who].name,
                                    .shape = (*hunts)[begin].shape,
                                    .wrong = dose.wrong,
                                    .clean = means.intervals(2 * who, settings.seed),
                                    .noisy = means.intervals(2 * who + 1, settings.seed),
                                    .change = means.difference(2 * who + 1, 2 * who, settings.seed),
                                    .perClass = {},
                                    .seconds = seconds[who]};
            const auto clean = means.perClass(2 * who, data);
            const auto noisy = means.perClass(2 * who + 1, data);
            for (std::size_t i = 0; i < clean.size(); ++i)
                result.perClass.push_back({clean[i].first, clean[i].second, noisy[i].second});
            results.push_back(std::move(result));
        }
    });
    return results;
}

} // namespace

NoisyHunt withWrongExamples(const HuntDraw& draw, std::uint32_t wrong, base::Rng rng)
{
    std::vector<std::uint32_t> benign; // places among the queries
    for (std::uint32_t i = 0; i < draw.isThreat.size(); ++i) {
        if (!draw.isThreat[i])
            benign.push_back(i);
    }
    const auto oneLess = [](std::size_t count) {
        return static_cast<std::uint32_t>(count - std::min<std::size_t>(count, 1));
    };
    const std::uint32_t count = std::min({wrong, oneLess(draw.task.support.size()), oneLess(benign.size())});
    const auto replaced = rng.sample(static_cast<std::uint32_t>(draw.task.support.size()), count);
    auto taken = rng.sample(static_cast<std::uint32_t>(benign.size()), count);
    for (std::uint32_t& place : taken)
        place = benign[place];

    NoisyHunt hunt;
    hunt.clean.support = draw.task.support;
    hunt.clean.background = draw.task.background;
    for (std::uint32_t i = 0; i < draw.task.query.size(); ++i) {
        if (std::ranges::find(taken, i) != taken.end())
            continue;
        hunt.clean.query.push_back(draw.task.query[i]);
        hunt.isThreat.push_back(draw.isThreat[i]);
    }
    hunt.noisy = hunt.clean;
    for (std::uint32_t i = 0; i < count; ++i)
        hunt.noisy.support[replaced[i]] = draw.task.query[taken[i]];
    return hunt;
}

base::Result<std::vector<LabelNoiseResult>>
playLabelNoise(const learn::Dataset& data, std::span<const HuntContestant> contestants,
               const LabelNoiseSettings& settings, const base::ProgressSink& progress, const std::stop_token& stop)
{
    std::vector<std::uint32_t> shots;
    for (const NoiseDose& dose : settings.doses) {
        shots.push_back(dose.shots);
        if (dose.wrong >= dose.shots)
            return failure(Error::Code::Argument, "of a hunt's examples one must be right at least");
    }
    if (auto fine = checkHunts(data, shots, settings.draws); !fine)
        return failure(fine.error());
    const HuntSampler sampler(data);
    std::vector<LabelNoiseResult> results;
    for (const NoiseDose& dose : settings.doses) {
        auto some = playDose(data, sampler, contestants, dose, settings, progress, stop);
        if (!some)
            return failure(some.error());
        std::ranges::move(*some, std::back_inserter(results));
    }
    if (results.empty())
        return failure(Error::Code::Support, "no threat has enough distinct flows, or there are no benign ones");
    return results;
}

} // namespace flowscent::detect
