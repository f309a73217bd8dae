// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/calibration_draws.h"

#include "engine/base/each_index.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>

namespace flowscent::detect {

using base::Error;
using base::failure;

namespace {

constexpr std::size_t mostBenignLogits = 1000; ///< of a draw; probabilities need no more, weights make up for it

/// Places of all threats among the queries and of as many others as probabilities need, ascending.
std::vector<std::uint32_t> enough(const std::vector<bool>& isThreat, base::Rng rng)
{
    std::vector<std::uint32_t> threats;
    std::vector<std::uint32_t> places;
    for (std::uint32_t place = 0; place < isThreat.size(); ++place)
        (isThreat[place] ? threats : places).push_back(place);
    if (places.size() > mostBenignLogits) {
        rng.shuffle(std::span(places));
        places.resize(mostBenignLogits);
    }
    places.insert(places.end(), threats.begin(), threats.end());
    std::ranges::sort(places);
    return places;
}

/// The same hunt, asking only for those.
HuntDraw narrowed(const HuntDraw& draw, const std::vector<std::uint32_t>& places)
{
    HuntDraw some{.task = {draw.task.support, draw.task.background, {}},
                  .isThreat = {},
                  .backgroundThreats = draw.backgroundThreats};
    for (const std::uint32_t place : places) {
        some.task.query.push_back(draw.task.query[place]);
        some.isThreat.push_back(draw.isThreat[place]);
    }
    return some;
}

base::Result<HuntScores> scoresOf(const HuntContestant& contestant, const HuntTask& task, std::uint64_t seed)
{
    auto scores = contestant.score(task, {}, seed);
    if (!scores)
        return failure(scores.error().code, contestant.name + ": " + scores.error().what, scores.error().where);
    if (scores->size() != task.query.size() ||
        !std::ranges::all_of(*scores, [](double score) { return std::isfinite(score); }))
        return failure(Error::Code::Model, contestant.name + " did not give every query a finite score");
    return scores;
}

/// Queries of one draw, apart.
struct Sides {
    std::vector<float> normal;
    std::vector<std::uint32_t> captureOf; ///< of the normal ones
    std::vector<float> threats;
};

Sides sidesOf(const learn::Dataset& data, const HuntDraw& draw, const HuntScores& scores)
{
    Sides sides;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const auto score = static_cast<float>(scores[i]);
        if (draw.isThreat[i]) {
            sides.threats.push_back(score);
        } else {
            sides.normal.push_back(score);
            sides.captureOf.push_back(data.sessionOf[draw.task.query[i]]);
        }
    }
    return sides;
}

base::Result<void> judgePromises(const Sides& sides, const CalibrationSettings& settings, const base::Rng& rng,
                                 CalibrationOutcome& outcome)
{
    for (const BaselineFrom from : {BaselineFrom::OtherCaptures, BaselineFrom::SameCaptures}) {
        const BaselineDeal dealt = deal(sides.captureOf, from, rng.fork(static_cast<std::uint64_t>(from)));
        if (!dealt.heldOut.empty())
            outcome.largestBaseline = std::max(outcome.largestBaseline, dealt.baseline.size());
        for (std::size_t place = 0; place < settings.rates.size(); ++place) {
            const auto promise =
                judgePromise(sides.normal, dealt, sides.threats, settings.rates[place], settings.leastBaselineAlarms);
            if (!promise)
                return failure(promise.error());
            if (*promise)
                outcome.promises[{from, place}] = {dealt.baseline.size(), **promise};
        }
    }
    return {};
}

base::Result<CalibrationOutcome> playOne(const learn::Dataset& data, const HuntSampler& sampler,
                                         const CalibrationDraw& which, const HuntContestant& contestant,
                                         const CalibrationSettings& settings, CalibrationPart part)
{
    HuntDraw draw = sampler.draw(which.threat, which.shape, settings.seed, which.number);
    const base::Rng rng = namedRng(settings.seed, data.classNames[which.threat]).fork(which.number);
    if (part == CalibrationPart::Logits)
        draw = narrowed(draw, enough(draw.isThreat, rng.fork(2)));
    const auto scores = scoresOf(contestant, draw.task, base::Rng(rng).next());
    if (!scores)
        return failure(scores.error());
    CalibrationOutcome outcome;
    if (part == CalibrationPart::Everything) {
        if (auto judged = judgePromises(sidesOf(data, draw, *scores), settings, rng.fork(3), outcome); !judged)
            return failure(judged.error());
    }
    for (const std::uint32_t place : enough(draw.isThreat, rng.fork(2)))
        outcome.logits.add((*scores)[place], draw.isThreat[place]);
    return outcome;
}

} // namespace

std::vector<CalibrationDraw> calibrationDraws(const HuntSampler& sampler, const CalibrationSettings& settings,
                                              std::span<const HuntNegatives> negatives)
{
    std::vector<CalibrationDraw> draws;
    for (const HuntVariant variant : {HuntVariant::Same, HuntVariant::Other}) {
        for (const HuntNegatives whose : negatives) {
            for (const std::uint32_t shots : settings.shots) {
                const HuntShape shape{variant, whose, shots};
                for (const std::uint16_t threat : sampler.classes()) {
                    const std::uint32_t count = sampler.possible(threat, shape) ? settings.draws : 0;
                    for (std::uint32_t i = 0; i < count; ++i)
                        draws.push_back({threat, shape, i});
                }
            }
        }
    }
    return draws;
}

base::Result<std::vector<CalibrationOutcome>> playDraws(const learn::Dataset& data, const HuntSampler& sampler,
                                                        const std::vector<CalibrationDraw>& draws,
                                                        const HuntContestant& contestant,
                                                        const CalibrationSettings& settings, CalibrationPart part,
                                                        const base::ProgressSink& progress, const std::stop_token& stop)
{
    std::vector<CalibrationOutcome> outcomes(draws.size());
    std::atomic<bool> failed = false;
    std::mutex mutex;
    std::optional<Error> trouble;
    const auto play = [&](std::size_t i) {
        if (failed)
            return;
        auto played = playOne(data, sampler, draws[i], contestant, settings, part);
        if (played) {
            outcomes[i] = std::move(*played);
        } else {
            const std::scoped_lock lock(mutex);
            trouble = played.error();
            failed = true;
        }
    };
    base::eachIndex(draws.size(), play, part == CalibrationPart::Logits ? "learning probabilities" : "hunting",
                    progress, stop);
    if (stop.stop_requested())
        return failure(Error::Code::Cancelled, "the evaluation was stopped");
    if (trouble)
        return failure(*trouble);
    return outcomes;
}

} // namespace flowscent::detect
