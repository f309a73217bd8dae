// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/budget/conformal.h"

#include "engine/base/random.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flowscent::detect {

using base::Error;
using base::failure;

namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();
constexpr double roundingSlack = 1e-9; ///< 0.001 * 1000 is one flow, whatever the last bit says

base::Result<void> check(const BaselineFlows& window)
{
    const std::size_t flows = window.scores.size();
    if ((!window.groups.empty() && window.groups.size() != flows) ||
        (!window.knownThreats.empty() && window.knownThreats.size() != flows))
        return failure(Error::Code::Argument, "a baseline needs one group and one label for each score");
    if (!std::isfinite(window.hours) || window.hours < 0)
        return failure(Error::Code::Argument, "a baseline cannot last so long");
    if (!std::ranges::all_of(window.scores, [](float score) { return std::isfinite(score); }))
        return failure(Error::Code::Model, "a baseline flow's score is not a finite number");
    return {};
}

/// At most Baseline::mostFlows of them, ascending.
std::vector<float> drawn(const std::vector<float>& scores, base::Rng rng)
{
    std::vector<float> kept = scores;
    if (scores.size() > Baseline::mostFlows) {
        kept.clear();
        for (const std::uint32_t place :
             rng.sample(static_cast<std::uint32_t>(scores.size()), static_cast<std::uint32_t>(Baseline::mostFlows)))
            kept.push_back(scores[place]);
    }
    std::ranges::sort(kept);
    return kept;
}

std::string sentenceFor(const AlarmBudget& budget, const AlarmLine& line, double flowsPerHour)
{
    const bool hourly = budget.unit == AlarmBudget::Unit::PerHour;
    const std::string asked =
        text(budget) + (hourly ? " (1 in " + amountText(std::round(1 / line.asked)) + ")" : std::string());
    const std::string flows = std::to_string(line.flows);
    if (line.tooFew) {
        const double needed = std::ceil(1 / line.asked - 1 - roundingSlack);
        return asked + " needs " + amountText(needed) + " normal flows, there are " + flows +
               ": the line stands at 1 in " + std::to_string(line.flows + 1) +
               (hourly ? ", " + amountText(line.promised * flowsPerHour) + " an hour" : std::string());
    }
    return asked + ": the line stands at 1 in " + amountText(std::round(1 / line.promised)) + ", by " + flows +
           " normal flows";
}

} // namespace

Baseline::Baseline(std::map<FlowGroup, std::vector<float>> scoresOf, double flowsPerHour)
    : m_scoresOf(std::move(scoresOf))
    , m_flowsPerHour(flowsPerHour)
{
    for (const auto& [group, scores] : m_scoresOf)
        m_all.insert(m_all.end(), scores.begin(), scores.end());
    std::ranges::sort(m_all);
}

base::Result<Baseline> Baseline::from(const BaselineFlows& window, std::uint64_t seed)
{
    if (auto sound = check(window); !sound)
        return failure(sound.error());
    std::map<FlowGroup, std::vector<float>> scoresOf;
    std::size_t normal = 0;
    for (std::size_t i = 0; i < window.scores.size(); ++i) {
        if (!window.knownThreats.empty() && window.knownThreats[i])
            continue;
        scoresOf[window.groups.empty() ? FlowGroup{0} : window.groups[i]].push_back(window.scores[i]);
        ++normal;
    }
    if (normal == 0)
        return failure(Error::Code::Support, "there is no normal flow to draw the line by");
    if (scoresOf.size() > mostGroups)
        return failure(Error::Code::Argument, "a baseline has at most " + std::to_string(mostGroups) + " groups");
    const base::Rng rng(seed);
    for (auto& [group, scores] : scoresOf)
        scores = drawn(scores, rng.fork(group));
    // Kept as it is stored, so that a baseline read back promises the same.
    const double rate = window.hours > 0 ? static_cast<double>(normal) / window.hours : 0.0;
    return Baseline(std::move(scoresOf), static_cast<double>(static_cast<float>(std::min(rate, 1e30))));
}

std::span<const float> Baseline::scoresFor(FlowGroup group) const
{
    const auto found = m_scoresOf.find(group);
    return found != m_scoresOf.end() && found->second.size() >= leastGroup ? found->second : m_all;
}

double Baseline::finest(FlowGroup group) const
{
    return 1.0 / static_cast<double>(scoresFor(group).size() + 1);
}

double Baseline::pValue(float score, FlowGroup group) const
{
    return smoothedPValue(score, 0, group);
}

double Baseline::smoothedPValue(float score, double u, FlowGroup group) const
{
    if (std::isnan(score))
        return 1;
    const auto scores = scoresFor(group);
    const auto equal = std::ranges::equal_range(scores, score);
    const auto above = static_cast<double>(scores.end() - equal.end());
    return (above + (1 - u) * static_cast<double>(equal.size() + 1)) / static_cast<double>(scores.size() + 1);
}

base::Result<AlarmLine> Baseline::lineFor(const AlarmBudget& budget, FlowGroup group) const
{
    const auto rate = rateOf(budget, m_flowsPerHour);
    if (!rate)
        return failure(rate.error());
    const auto scores = scoresFor(group);
    const auto places = static_cast<double>(scores.size() + 1);
    const auto allowed = static_cast<std::size_t>(std::floor(*rate * places + roundingSlack));
    AlarmLine line;
    line.asked = *rate;
    line.flows = scores.size();
    line.tooFew = allowed == 0;
    const std::size_t place = std::max<std::size_t>(allowed, 1); // p <= place / places
    line.promised = static_cast<double>(place) / places;
    // p <= place / places when fewer than `place` flows score as high: when the score is above the place-th highest.
    line.score = place > scores.size() ? -infinite : std::nextafter(scores[scores.size() - place], infinite);
    line.sentence = sentenceFor(budget, line, m_flowsPerHour);
    return line;
}

} // namespace flowscent::detect
