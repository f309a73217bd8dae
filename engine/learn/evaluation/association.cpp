// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/evaluation/association.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

namespace flowscent::learn {

namespace {

/// Weights of all pairs of values that occur, and of each value alone; their sum is 1. Ordered maps: sums must not
/// depend on a library's hash.
struct Contingency {
    std::map<std::pair<std::uint32_t, std::uint32_t>, double> pairs; ///< given, predicted
    std::map<std::uint32_t, double> given;
    std::map<std::uint32_t, double> predicted;
};

Contingency tabulate(std::span<const std::uint32_t> given, std::span<const std::uint32_t> predicted, Weighing weighing)
{
    std::map<std::uint32_t, double> flowsOf;
    for (const std::uint32_t value : predicted)
        flowsOf[value] += 1;
    Contingency table;
    for (std::size_t row = 0; row < given.size(); ++row) {
        const double weight = weighing == Weighing::Flows
                                  ? 1.0 / static_cast<double>(given.size())
                                  : 1.0 / (static_cast<double>(flowsOf.size()) * flowsOf[predicted[row]]);
        table.pairs[{given[row], predicted[row]}] += weight;
        table.given[given[row]] += weight;
        table.predicted[predicted[row]] += weight;
    }
    return table;
}

double entropy(const std::map<std::uint32_t, double>& shares)
{
    double sum = 0;
    for (const auto& [value, share] : shares)
        sum -= share * std::log(share);
    return sum;
}

double normalisedInformation(const Contingency& table)
{
    double information = 0;
    for (const auto& [pair, share] : table.pairs)
        information += share * std::log(share / (table.given.at(pair.first) * table.predicted.at(pair.second)));
    const double mean = (entropy(table.given) + entropy(table.predicted)) / 2;
    return mean <= 0 ? 0 : std::clamp(information / mean, 0.0, 1.0);
}

double cramersV(const Contingency& table)
{
    const std::size_t fewer = std::min(table.given.size(), table.predicted.size());
    if (fewer < 2)
        return 0;
    // chi^2 / n = sum of observed^2 / expected, less 1: pairs that never occur add nothing.
    double sum = -1;
    for (const auto& [pair, share] : table.pairs)
        sum += share * share / (table.given.at(pair.first) * table.predicted.at(pair.second));
    return std::clamp(std::sqrt(std::max(0.0, sum) / static_cast<double>(fewer - 1)), 0.0, 1.0);
}

double majorityAccuracy(const Contingency& table)
{
    std::map<std::uint32_t, double> most;
    for (const auto& [pair, share] : table.pairs)
        most[pair.first] = std::max(most[pair.first], share);
    double sum = 0;
    for (const auto& [value, share] : most)
        sum += share;
    return std::min(sum, 1.0);
}

} // namespace

Association associate(std::span<const std::uint32_t> given, std::span<const std::uint32_t> predicted, Weighing weighing,
                      base::Rng rng)
{
    assert(given.size() == predicted.size());
    if (given.empty())
        return {};
    const Contingency table = tabulate(given, predicted, weighing);
    Association result{.given = table.given.size(), .predicted = table.predicted.size()};
    result.mutualInformation = normalisedInformation(table);
    result.cramersV = cramersV(table);
    result.accuracy = majorityAccuracy(table);
    for (const auto& [value, share] : table.predicted)
        result.chance = std::max(result.chance, share);
    std::vector<std::uint32_t> shuffled(given.begin(), given.end());
    rng.shuffle(std::span(shuffled));
    result.shuffled = majorityAccuracy(tabulate(shuffled, predicted, weighing));
    return result;
}

} // namespace flowscent::learn
