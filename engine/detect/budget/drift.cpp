// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/budget/drift.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace flowscent::detect {

namespace {

std::string wordOf(const MmdTest& test)
{
    std::array<char, 32> p{};
    std::snprintf(p.data(), p.size(), "%.3f", test.p);
    return "the last " + std::to_string(test.windowFlows) + " flows beside " + std::to_string(test.baselineFlows) +
           " of the baseline: p " + p.data();
}

std::string wordOf(const ScoreWatch& watch)
{
    return "scores of " + std::to_string(watch.flows()) + " flows since the baseline: capital " +
           amountText(std::exp(std::min(watch.martingale().logPeak(), 700.0)));
}

} // namespace

ScoreWatch::ScoreWatch(const Baseline& baseline, std::uint64_t seed)
    : m_scores(baseline.all().begin(), baseline.all().end())
    , m_rng(seed)
{
    if (m_scores.size() >= mostFlows / 2) { // leave room to watch: some of the baseline stands for all of it
        std::vector<float> some;
        for (const std::uint32_t place :
             m_rng.sample(static_cast<std::uint32_t>(m_scores.size()), static_cast<std::uint32_t>(mostFlows / 2)))
            some.push_back(m_scores[place]);
        std::ranges::sort(some);
        m_scores = std::move(some);
    }
}

std::optional<double> ScoreWatch::see(float score)
{
    if (std::isnan(score) || full())
        return std::nullopt;
    const auto equal = std::ranges::equal_range(m_scores, score);
    const auto above = static_cast<double>(m_scores.end() - equal.end());
    const double share = 1 - m_rng.uniform(); // never 0
    const double p = (above + share * static_cast<double>(equal.size() + 1)) / static_cast<double>(m_scores.size() + 1);
    m_scores.insert(equal.end(), score);
    m_martingale.bet(p);
    return p;
}

std::string_view text(DriftColour colour)
{
    return colour == DriftColour::Amber ? "amber" : "green";
}

DriftBadge driftBadge(const std::optional<MmdTest>& flows, const ScoreWatch* scores, const DriftLimits& limits)
{
    if (!flows && scores == nullptr)
        return {DriftColour::Green, "nothing has been compared with the baseline yet"};
    const bool flowsMoved = flows && flows->p <= limits.mmdP;
    const bool scoresMoved = scores != nullptr && scores->martingale().logPeak() >= std::log(limits.capital);
    std::string what;
    if (flows && (flowsMoved || !scoresMoved))
        what = wordOf(*flows);
    if (scores != nullptr && (scoresMoved || !flowsMoved))
        what += (what.empty() ? "" : "; ") + wordOf(*scores);
    if (flowsMoved || scoresMoved)
        return {DriftColour::Amber,
                "traffic is no longer like the baseline, the false-alarm promise may not hold (" + what + ")"};
    return {DriftColour::Green, "traffic is still like the baseline (" + what + ")"};
}

} // namespace flowscent::detect
