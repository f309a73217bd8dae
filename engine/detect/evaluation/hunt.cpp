// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/hunt.h"

#include "engine/base/each_index.h"
#include "engine/detect/evaluation/hunt_answers.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

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

base::Result<Outcome> playOne(const HuntSampler& sampler, const Hunt& hunt, const learn::Dataset& data,
                              std::span<const HuntContestant> contestants, std::uint64_t seed)
{
    const HuntDraw draw = sampler.draw(hunt.threat, hunt.shape, seed, hunt.number);
    const base::Rng rng = namedRng(seed, data.classNames[hunt.threat]).fork(hunt.number);
    const std::uint64_t own = base::Rng(rng).next();
    auto answers = ask(contestants, draw.task, own);
    if (!answers)
        return failure(answers.error());
    Outcome outcome;
    outcome.seconds = std::move(answers->seconds);
    outcome.backgroundThreats = draw.backgroundThreats;
    for (const HuntScores& scores : answers->scores) {
        base::Rng thinning = rng.fork(1); // the same threats stay for everybody
        outcome.figures.push_back(judge(ranked(scores, draw.isThreat), thinning));
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
        , m_means(contestants.size())
        , m_seconds(contestants.size())
    {
        std::map<std::uint16_t, std::pair<double, double>> background; // threats and draws of each class
        for (std::size_t i = begin; i < end; ++i) {
            m_means.add(hunts[i].threat, outcomes[i].figures);
            auto& [threats, draws] = background[hunts[i].threat];
            threats += outcomes[i].backgroundThreats;
            draws += 1;
            for (std::size_t who = 0; who < contestants.size(); ++who)
                m_seconds[who] += outcomes[i].seconds[who];
        }
        for (const auto& [threat, sums] : background)
            m_backgroundThreats += sums.first / sums.second / static_cast<double>(background.size());
    }

    [[nodiscard]] HuntResult resultOf(std::size_t who, const learn::Dataset& data) const
    {
        return {.method = m_contestants[who].name,
                .shape = m_shape,
                .figures = m_means.intervals(who, m_seed),
                .versusForest = versus(who, huntForest),
                .versusForestWithBank = versus(who, huntForestWithBank),
                .perClass = m_means.perClass(who, data),
                .backgroundThreats = m_backgroundThreats,
                .seconds = m_seconds[who]};
    }

private:
    [[nodiscard]] std::optional<HuntIntervals> versus(std::size_t who, std::string_view opponent) const
    {
        const auto place = placeOf(m_contestants, opponent);
        if (!place)
            return std::nullopt;
        return m_means.difference(who, *place, m_seed);
    }

    std::span<const HuntContestant> m_contestants;
    HuntShape m_shape;
    std::uint64_t m_seed;
    HuntMeans m_means;
    double m_backgroundThreats = 0;
    std::vector<double> m_seconds; ///< per contestant
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
