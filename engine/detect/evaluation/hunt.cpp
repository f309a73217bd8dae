// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/hunt.h"

#include "engine/base/each_index.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <mutex>
#include <numeric>

namespace flowscent::detect {

using base::Error;
using base::failure;

namespace {

/// One draw that everybody answers.
struct Hunt {
    std::uint16_t threat = 0;
    HuntShape shape;
    std::uint32_t number = 0;
};

struct Outcome {
    std::vector<HuntFigures> figures; ///< per contestant
    std::vector<double> seconds;      ///< per contestant
    double backgroundThreats = 0;
};

/// All hunts of one shape lie together, those of a class in it too.
std::vector<Hunt> huntsOf(const HuntSampler& sampler, const HuntSettings& settings)
{
    std::vector<Hunt> hunts;
    for (const HuntVariant variant : {HuntVariant::Same, HuntVariant::Other}) {
        for (const HuntNegatives negatives : {HuntNegatives::All, HuntNegatives::Own}) {
            for (const std::uint32_t shots : settings.shots) {
                const HuntShape shape{variant, negatives, shots};
                for (const std::uint16_t threat : sampler.classes()) {
                    for (std::uint32_t i = 0; i < settings.draws && sampler.possible(threat, shape); ++i)
                        hunts.push_back({threat, shape, i});
                }
            }
        }
    }
    return hunts;
}

bool sameShape(const HuntShape& a, const HuntShape& b)
{
    return a.variant == b.variant && a.negatives == b.negatives && a.shots == b.shots;
}

/// Members are asked before those who build on them, whatever the order of contestants.
std::vector<std::size_t> order(std::span<const HuntContestant> contestants)
{
    std::vector<std::size_t> places;
    for (const bool builder : {false, true}) {
        for (std::size_t i = 0; i < contestants.size(); ++i) {
            if (contestants[i].members.empty() != builder)
                places.push_back(i);
        }
    }
    return places;
}

std::optional<std::size_t> placeOf(std::span<const HuntContestant> contestants, std::string_view name)
{
    const auto found = std::ranges::find(contestants, name, &HuntContestant::name);
    if (found == contestants.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - contestants.begin());
}

base::Result<std::vector<HuntScores>> membersOf(const HuntContestant& contestant,
                                                std::span<const HuntContestant> contestants,
                                                const std::vector<HuntScores>& scores)
{
    std::vector<HuntScores> members;
    for (const std::string& name : contestant.members) {
        const auto place = placeOf(contestants, name);
        if (!place || scores[*place].empty())
            return failure(Error::Code::Argument, contestant.name + " builds on " + name + ", which takes no part");
        members.push_back(scores[*place]);
    }
    return members;
}

base::Result<Outcome> playOne(const HuntSampler& sampler, const Hunt& hunt, const learn::Dataset& data,
                              std::span<const HuntContestant> contestants, std::uint64_t seed)
{
    const HuntDraw draw = sampler.draw(hunt.threat, hunt.shape, seed, hunt.number);
    const base::Rng rng = namedRng(seed, data.classNames[hunt.threat]).fork(hunt.number);
    const std::uint64_t own = base::Rng(rng).next();
    Outcome outcome;
    outcome.figures.resize(contestants.size());
    outcome.seconds.resize(contestants.size());
    outcome.backgroundThreats = draw.backgroundThreats;
    std::vector<HuntScores> scores(contestants.size());
    for (const std::size_t who : order(contestants)) {
        const HuntContestant& contestant = contestants[who];
        const auto members = membersOf(contestant, contestants, scores);
        if (!members)
            return failure(members.error());
        const auto begun = std::chrono::steady_clock::now();
        auto answer = contestant.score(draw.task, *members, own);
        outcome.seconds[who] = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
        if (!answer)
            return failure(answer.error().code, contestant.name + ": " + answer.error().what, answer.error().where);
        if (answer->size() != draw.task.query.size() ||
            !std::ranges::all_of(*answer, [](double score) { return std::isfinite(score); }))
            return failure(Error::Code::Model, contestant.name + " did not give every query a finite score");
        scores[who] = std::move(*answer);
        base::Rng thinning = rng.fork(1); // the same threats stay for everybody
        outcome.figures[who] = judge(ranked(scores[who], draw.isThreat), thinning);
    }
    return outcome;
}

base::Result<std::vector<Outcome>> playAll(const HuntSampler& sampler, const std::vector<Hunt>& hunts,
                                           const learn::Dataset& data, std::span<const HuntContestant> contestants,
                                           std::uint64_t seed, const base::ProgressSink& progress,
                                           const std::stop_token& stop)
{
    std::vector<Outcome> outcomes(hunts.size());
    std::atomic<bool> failed = false;
    std::mutex mutex;
    std::optional<Error> trouble;
    const auto play = [&](std::size_t i) {
        if (failed)
            return;
        auto played = playOne(sampler, hunts[i], data, contestants, seed);
        if (played) {
            outcomes[i] = std::move(*played);
        } else {
            const std::scoped_lock lock(mutex);
            trouble = played.error();
            failed = true;
        }
    };
    base::eachIndex(hunts.size(), play, "hunting", progress, stop);
    if (stop.stop_requested())
        return failure(Error::Code::Cancelled, "the evaluation was stopped");
    if (trouble)
        return failure(*trouble);
    return outcomes;
}

/// The hunts [begin, end) of one shape: what every class had of every contestant.
class ShapeTally {
public:
    ShapeTally(const std::vector<Hunt>& hunts, const std::vector<Outcome>& outcomes, std::size_t begin, std::size_t end,
               std::span<const HuntContestant> contestants, std::uint64_t seed)
        : m_contestants(contestants)
        , m_shape(hunts[begin].shape)
        , m_seed(seed)
        , m_seconds(contestants.size())
    {
        std::size_t draws = 0;
        for (std::size_t i = begin; i < end; ++i) {
            if (m_classes.empty() || m_classes.back() != hunts[i].threat) {
                m_classes.push_back(hunts[i].threat);
                m_means.emplace_back(contestants.size());
                m_backgroundThreats.push_back(0);
                draws = static_cast<std::size_t>(std::count_if(
                    hunts.begin() + static_cast<std::ptrdiff_t>(i), hunts.begin() + static_cast<std::ptrdiff_t>(end),
                    [&](const Hunt& hunt) { return hunt.threat == hunts[i].threat; }));
            }
            m_backgroundThreats.back() += outcomes[i].backgroundThreats / static_cast<double>(draws);
            for (std::size_t who = 0; who < contestants.size(); ++who) {
                m_seconds[who] += outcomes[i].seconds[who];
                for (std::size_t metric = 0; metric < huntMetrics; ++metric)
                    m_means.back()[who][metric] += outcomes[i].figures[who][metric] / static_cast<double>(draws);
            }
        }
    }

    [[nodiscard]] HuntResult resultOf(std::size_t who, const learn::Dataset& data) const
    {
        HuntResult result{.method = m_contestants[who].name,
                          .shape = m_shape,
                          .figures = intervals(who, std::nullopt),
                          .versusForest = versus(who, huntForest),
                          .versusForestWithBank = versus(who, huntForestWithBank),
                          .perClass = {},
                          .backgroundThreats = 0,
                          .seconds = m_seconds[who]};
        for (std::size_t i = 0; i < m_classes.size(); ++i) {
            result.perClass.emplace_back(data.classNames[m_classes[i]], m_means[i][who]);
            result.backgroundThreats += m_backgroundThreats[i] / static_cast<double>(m_classes.size());
        }
        return result;
    }

private:
    [[nodiscard]] HuntIntervals intervals(std::size_t who, std::optional<std::size_t> minus) const
    {
        std::vector<std::uint16_t> places(m_classes.size());
        std::iota(places.begin(), places.end(), std::uint16_t{0});
        HuntIntervals all;
        for (std::size_t metric = 0; metric < huntMetrics; ++metric) {
            const auto value = [&](std::uint16_t place) {
                return m_means[place][who][metric] - (minus ? m_means[place][*minus][metric] : 0.0);
            };
            all[metric] = learn::overClasses(places, value, m_seed);
        }
        return all;
    }

    [[nodiscard]] std::optional<HuntIntervals> versus(std::size_t who, std::string_view opponent) const
    {
        const auto place = placeOf(m_contestants, opponent);
        if (!place)
            return std::nullopt;
        return intervals(who, place);
    }

    std::span<const HuntContestant> m_contestants;
    HuntShape m_shape;
    std::uint64_t m_seed;
    std::vector<std::uint16_t> m_classes;
    std::vector<std::vector<HuntFigures>> m_means; ///< per class and contestant
    std::vector<double> m_backgroundThreats;       ///< per class
    std::vector<double> m_seconds;                 ///< per contestant
};

} // namespace

base::Result<std::vector<HuntResult>> playHunts(const learn::Dataset& data, std::span<const HuntContestant> contestants,
                                                const HuntSettings& settings, const base::ProgressSink& progress,
                                                const std::stop_token& stop)
{
    if (settings.draws == 0 || settings.shots.empty() || std::ranges::find(settings.shots, 0U) != settings.shots.end())
        return failure(Error::Code::Argument, "hunts need one shot and one draw at least");
    if (!data.provenance.known())
        return failure(Error::Code::Support, "there are no flows to hunt in, or nobody knows where they come from");
    const HuntSampler sampler(data);
    const std::vector<Hunt> hunts = huntsOf(sampler, settings);
    if (hunts.empty())
        return failure(Error::Code::Support, "no threat has enough distinct flows, or there are no benign ones");
    const auto outcomes = playAll(sampler, hunts, data, contestants, settings.seed, progress, stop);
    if (!outcomes)
        return failure(outcomes.error());

    std::vector<HuntResult> results;
    for (std::size_t begin = 0; begin < hunts.size();) {
        std::size_t end = begin;
        while (end < hunts.size() && sameShape(hunts[end].shape, hunts[begin].shape))
            ++end;
        const ShapeTally tally(hunts, *outcomes, begin, end, contestants, settings.seed);
        for (std::size_t who = 0; who < contestants.size(); ++who) {
            if (settings.methods.empty() ||
                std::ranges::find(settings.methods, contestants[who].name) != settings.methods.end())
                results.push_back(tally.resultOf(who, data));
        }
        begin = end;
    }
    return results;
}

} // namespace flowscent::detect
