// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/hunt_metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace flowscent::detect {

namespace {

constexpr double decimals = 1e9;
constexpr std::size_t thinnings = 5;
constexpr std::size_t topPlaces = 20;
constexpr double roundingSlack = 1e-9; ///< 0.01 of 300 flows is 3 of them, whatever the product says in binary

constexpr std::array<std::string_view, huntMetrics> names{"auprc", "recall_fpr_1e2", "recall_fpr_1e3",
                                                          "precision_at_20"};

double share(std::size_t part, std::size_t whole)
{
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

} // namespace

std::string_view text(HuntMetric metric)
{
    return names[static_cast<std::size_t>(metric)];
}

Ranking ranked(std::span<const double> scores, const std::vector<bool>& isThreat)
{
    assert(scores.size() == isThreat.size());
    std::vector<double> rounded(scores.size());
    std::ranges::transform(scores, rounded.begin(), [](double score) { return std::round(score * decimals); });
    std::vector<std::uint32_t> order(scores.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) { return rounded[a] > rounded[b]; });

    Ranking ranking;
    std::vector<std::uint32_t> groupOf(scores.size());
    for (std::size_t place = 0; place < order.size(); ++place) {
        const std::uint32_t query = order[place];
        if (place == 0 || rounded[query] != rounded[order[place - 1]])
            ranking.groups.emplace_back();
        groupOf[query] = static_cast<std::uint32_t>(ranking.groups.size() - 1);
        ++(isThreat[query] ? ranking.groups.back().threats : ranking.groups.back().others);
        ++(isThreat[query] ? ranking.threats : ranking.others);
    }
    for (std::size_t query = 0; query < scores.size(); ++query) {
        if (isThreat[query])
            ranking.groupOfThreat.push_back(groupOf[query]);
    }
    return ranking;
}

double averagePrecision(const Ranking& ranking, double prevalence)
{
    double sum = 0;
    std::size_t threats = 0;
    std::size_t others = 0;
    for (const Ranking::Group& group : ranking.groups) {
        threats += group.threats;
        others += group.others;
        const double found = prevalence * share(threats, ranking.threats);
        const double wrong = (1 - prevalence) * share(others, ranking.others);
        if (group.threats > 0)
            sum += share(group.threats, ranking.threats) * found / (found + wrong);
    }
    return sum;
}

double recallAtFalsePositiveRate(const Ranking& ranking, double rate)
{
    const double allowed = rate * static_cast<double>(ranking.others) + roundingSlack;
    std::size_t threats = 0;
    std::size_t others = 0;
    for (const Ranking::Group& group : ranking.groups) {
        others += group.others;
        if (static_cast<double>(others) > allowed)
            break;
        threats += group.threats;
    }
    return share(threats, ranking.threats);
}

double precisionAtTop(const Ranking& ranking, std::size_t places)
{
    std::size_t left = places;
    std::size_t hits = 0;
    for (const Ranking::Group& group : ranking.groups) {
        left -= std::min(left, group.others);
        const std::size_t found = std::min(left, group.threats);
        hits += found;
        left -= found;
    }
    return share(hits, std::min(places, ranking.threats));
}

Ranking thinned(const Ranking& ranking, double prevalence, base::Rng& rng)
{
    const double wanted = std::round(static_cast<double>(ranking.others) * prevalence / (1 - prevalence));
    Ranking thin = ranking;
    thin.groupOfThreat.clear();
    for (Ranking::Group& group : thin.groups)
        group.threats = 0;
    for (const std::uint32_t threat :
         rng.sample(static_cast<std::uint32_t>(ranking.threats), static_cast<std::uint32_t>(std::max(1.0, wanted)))) {
        thin.groupOfThreat.push_back(ranking.groupOfThreat[threat]);
        ++thin.groups[thin.groupOfThreat.back()].threats;
    }
    thin.threats = thin.groupOfThreat.size();
    return thin;
}

HuntFigures judge(const Ranking& ranking, base::Rng& rng)
{
    double precision = 0;
    for (std::size_t i = 0; i < thinnings; ++i)
        precision += precisionAtTop(thinned(ranking, huntPrevalence, rng), topPlaces) / thinnings;
    return {averagePrecision(ranking, huntPrevalence), recallAtFalsePositiveRate(ranking, 1e-2),
            recallAtFalsePositiveRate(ranking, 1e-3), precision};
}

} // namespace flowscent::detect
