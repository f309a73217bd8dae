// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/evasion.h"

#include "engine/detect/evaluation/hunt_answers.h"
#include "engine/detect/evaluation/hunt_plan.h"
#include "engine/detect/evaluation/play_each.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace flowscent::detect {

using base::failure;

namespace {

/// The figures of one hunt, by evasion (none first) and contestant.
using Outcome = std::vector<HuntFigures>;

/// The draw's queries, and behind them the threats among them after each evasion.
HuntTask askedAbout(const HuntDraw& draw, const EvadedFlows& evaded, std::size_t evasions)
{
    HuntTask task = draw.task;
    for (std::size_t evasion = 0; evasion < evasions; ++evasion) {
        for (std::size_t i = 0; i < draw.task.query.size(); ++i) {
            if (draw.isThreat[i])
                task.query.push_back(evaded.rowOf(evasion, draw.task.query[i]));
        }
    }
    return task;
}

/// The scores that the draw's own queries have once its threats are altered: `which` 0 for not at all.
HuntScores scoresAfter(std::size_t which, const HuntDraw& draw, const HuntScores& all)
{
    const std::size_t queries = draw.task.query.size();
    const auto threats = static_cast<std::size_t>(std::ranges::count(draw.isThreat, true));
    HuntScores scores(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(queries));
    if (which == 0)
        return scores;
    std::size_t next = queries + (which - 1) * threats;
    for (std::size_t i = 0; i < queries; ++i) {
        if (draw.isThreat[i])
            scores[i] = all[next++];
    }
    return scores;
}

base::Result<Outcome> playOne(const HuntSampler& sampler, const PlannedHunt& hunt, const learn::Dataset& data,
                              const EvadedFlows& evaded, std::span<const HuntContestant> contestants,
                              const EvasionSettings& settings)
{
    const base::Rng rng = rngOf(hunt, data, settings.seed);
    const std::uint64_t own = base::Rng(rng).next();
    const HuntDraw draw = sampler.draw(hunt.threat, hunt.shape, settings.seed, hunt.number);
    const auto answers = ask(contestants, askedAbout(draw, evaded, settings.evasions.size()), own);
    if (!answers)
        return failure(answers.error());
    Outcome outcome;
    for (std::size_t which = 0; which <= settings.evasions.size(); ++which) {
        for (const HuntScores& scores : answers->scores) {
            base::Rng thinning = rng.fork(1); // the same threats stay for everybody
            outcome.push_back(judge(ranked(scoresAfter(which, draw, scores), draw.isThreat), thinning));
        }
    }
    return outcome;
}

} // namespace

std::vector<learn::Evasion> usualEvasions()
{
    using Kind = learn::EvasionKind;
    return {{Kind::PadToMultiple, 16}, {Kind::PadToMultiple, 128}, {Kind::PadToMultiple, 512}, {Kind::PadRandomly, 63},
            {Kind::PadRandomly, 255},  {Kind::Split, 2},           {Kind::Split, 4},           {Kind::Delay, 2},
            {Kind::Delay, 10},         {Kind::Jitter, 0.5},        {Kind::Jitter, 1.5},        {Kind::Dummies, 0.25},
            {Kind::Dummies, 1}};
}

EvadedFlows::EvadedFlows(const learn::Dataset& data, std::span<const learn::Evasion> evasions, std::uint64_t seed)
    : m_originals(static_cast<std::uint32_t>(data.size()))
{
    for (std::uint32_t row = 0; row < data.size(); ++row) {
        if (data.threatClass[data.classOf[row]])
            m_threats.push_back(row);
    }
    std::vector<std::uint32_t> rows(data.size());
    std::iota(rows.begin(), rows.end(), 0U);
    for (std::size_t evasion = 0; evasion < evasions.size(); ++evasion)
        rows.insert(rows.end(), m_threats.begin(), m_threats.end());
    m_data = data.rows(rows);
    const features::FeatureSet threats = data.features.rows(m_threats);
    for (std::size_t evasion = 0; evasion < evasions.size() && !m_threats.empty(); ++evasion) {
        base::Rng rng = base::Rng(seed).fork(evasion);
        const features::FeatureSet altered = learn::evade(threats, evasions[evasion], rng);
        for (std::uint32_t i = 0; i < m_threats.size(); ++i) {
            const std::uint32_t row = rowOf(evasion, m_threats[i]);
            std::ranges::copy(altered.sequences.row(i), m_data.features.sequences.row(row).begin());
            std::ranges::copy(altered.statistics.row(i), m_data.features.statistics.row(row).begin());
        }
    }
}

std::uint32_t EvadedFlows::rowOf(std::size_t evasion, std::uint32_t threat) const
{
    const auto at = std::ranges::lower_bound(m_threats, threat);
    assert(at != m_threats.end() && *at == threat);
    return m_originals + static_cast<std::uint32_t>(evasion * m_threats.size()) +
           static_cast<std::uint32_t>(at - m_threats.begin());
}

base::Result<std::vector<EvasionResult>> playEvasions(const learn::Dataset& data, const EvadedFlows& evaded,
                                                      std::span<const HuntContestant> contestants,
                                                      const EvasionSettings& settings,
                                                      const base::ProgressSink& progress, const std::stop_token& stop)
{
    if (auto fine = checkHunts(data, settings.shots, settings.draws); !fine)
        return failure(fine.error());
    const HuntSampler sampler(data);
    const auto hunts = planHunts(sampler, settings.shots, settings.draws);
    if (!hunts)
        return failure(hunts.error());
    const auto play = [&](std::size_t i) { return playOne(sampler, (*hunts)[i], data, evaded, contestants, settings); };
    const auto outcomes = playEach<Outcome>(hunts->size(), play, "hunting evaders", progress, stop);
    if (!outcomes)
        return failure(outcomes.error());

    std::vector<EvasionResult> results;
    eachShape(*hunts, [&](std::size_t begin, std::size_t end) {
        HuntMeans means((settings.evasions.size() + 1) * contestants.size());
        for (std::size_t i = begin; i < end; ++i)
            means.add((*hunts)[i].threat, (*outcomes)[i]);
        for (std::size_t which = 0; which <= settings.evasions.size(); ++which) {
            for (std::size_t who = 0; who < contestants.size(); ++who) {
                const std::size_t column = which * contestants.size() + who;
                results.push_back({.method = contestants[who].name,
                                   .shape = (*hunts)[begin].shape,
                                   .evasion = which == 0 ? std::nullopt : std::optional(settings.evasions[which - 1]),
                                   .figures = means.intervals(column, settings.seed),
                                   .change = means.difference(column, who, settings.seed),
                                   .perClass = means.perClass(column, data)});
            }
        }
    });
    return results;
}

} // namespace flowscent::detect
