// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/hunt.h"

#include "engine/detect/evaluation/hunt_answers.h"
#include "engine/detect/evaluation/hunt_plan.h"
#include "engine/detect/evaluation/play_each.h"

#include <algorithm>
#include <map>

namespace flowscent::detect {

using base::failure;

namespace {

struct Outcome {
    std::vector<HuntFigures> figures; ///< per contestant
    std::vector<double> seconds;      ///< per contestant
    double backgroundThreats = 0;
};

base::Result<Outcome> playOne(const HuntSampler& sampler, const PlannedHunt& hunt, const learn::Dataset& data,
                              std::span<const HuntContestant> contestants, std::uint64_t seed)
{
    const HuntDraw draw = sampler.draw(hunt.threat, hunt.shape, seed, hunt.number);
    const base::Rng rng = rngOf(hunt, data, seed);
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

/// The hunts [begin, end) of one shape: what every class had of every contestant.
class ShapeTally {
public:
    ShapeTally(const std::vector<PlannedHunt>& hunts, const std::vector<Outcome>& outcomes, std::size_t begin,
               std::size_t end, std::span<const HuntContestant> contestants, std::uint64_t seed)
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
    if (auto fine = checkHunts(data, settings.shots, settings.draws); !fine)
        return failure(fine.error());
    const HuntSampler sampler(data);
    const auto hunts = planHunts(sampler, settings.shots, settings.draws);
    if (!hunts)
        return failure(hunts.error());
    const auto play = [&](std::size_t i) { return playOne(sampler, (*hunts)[i], data, contestants, settings.seed); };
    const auto outcomes = playEach<Outcome>(hunts->size(), play, "hunting", progress, stop);
    if (!outcomes)
        return failure(outcomes.error());

    std::vector<HuntResult> results;
    eachShape(*hunts, [&](std::size_t begin, std::size_t end) {
        const ShapeTally tally(*hunts, *outcomes, begin, end, contestants, settings.seed);
        for (std::size_t who = 0; who < contestants.size(); ++who) {
            if (settings.methods.empty() ||
                std::ranges::find(settings.methods, contestants[who].name) != settings.methods.end())
                results.push_back(tally.resultOf(who, data));
        }
    });
    return results;
}

} // namespace flowscent::detect
