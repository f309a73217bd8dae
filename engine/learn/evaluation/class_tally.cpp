// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/evaluation/class_tally.h"

#include <algorithm>

namespace flowscent::learn {

namespace {

constexpr std::size_t bootstraps = 2000;

} // namespace

void ClassTally::add(const Episode& episode, const base::Matrix& answer)
{
    for (std::size_t i = 0; i < episode.query.size(); ++i) {
        const std::size_t way = episode.queryWay[i];
        if (way >= episode.ways)
            continue;
        const auto values = answer.row(i);
        const auto best = static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
        asked[episode.classes[way]] += 1;
        correct[episode.classes[way]] += best == way ? 1 : 0;
    }
}

void ClassTally::add(const ClassTally& other)
{
    for (std::size_t i = 0; i < asked.size(); ++i) {
        asked[i] += other.asked[i];
        correct[i] += other.correct[i];
    }
}

std::vector<std::uint16_t> ClassTally::classes() const
{
    std::vector<std::uint16_t> all;
    for (std::size_t index = 0; index < asked.size(); ++index) {
        if (asked[index] > 0)
            all.push_back(static_cast<std::uint16_t>(index));
    }
    return all;
}

ClassInterval overClasses(const std::vector<std::uint16_t>& classes, const std::function<double(std::uint16_t)>& value,
                          std::uint64_t seed)
{
    const auto count = static_cast<double>(classes.size());
    std::vector<double> values;
    values.reserve(classes.size());
    for (const std::uint16_t index : classes)
        values.push_back(value(index) / count);
    ClassInterval interval;
    for (const double one : values)
        interval.mean += one;
    base::Rng rng(seed);
    std::vector<double> means(bootstraps);
    for (double& mean : means) {
        for (std::size_t i = 0; i < values.size(); ++i)
            mean += values[rng.below(values.size())];
    }
    std::ranges::sort(means);
    interval.low = means[bootstraps / 40];
    interval.high = means[bootstraps - 1 - bootstraps / 40];
    return interval;
}

} // namespace flowscent::learn
