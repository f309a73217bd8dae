// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/hunt_means.h"

#include <cassert>

namespace flowscent::detect {

namespace {

/// `value` of a class's mean, given by metric, over all classes.
template <class Value>
HuntIntervals overAll(const std::vector<std::uint16_t>& classes, const Value& value, std::uint64_t seed)
{
    HuntIntervals all;
    for (std::size_t metric = 0; metric < huntMetrics; ++metric)
        all[metric] = learn::overClasses(
            classes, [&](std::uint16_t threat) { return value(threat, metric); }, seed);
    return all;
}

template <class Map>
std::vector<std::uint16_t> keysOf(const Map& map)
{
    std::vector<std::uint16_t> keys;
    for (const auto& [key, value] : map)
        keys.push_back(key);
    return keys;
}

} // namespace

void HuntMeans::add(std::uint16_t threat, std::span<const HuntFigures> figures)
{
    assert(figures.size() == m_columns);
    Sum& sum = m_sums[threat];
    sum.figures.resize(m_columns);
    sum.draws += 1;
    for (std::size_t column = 0; column < m_columns; ++column) {
        for (std::size_t metric = 0; metric < huntMetrics; ++metric)
            sum.figures[column][metric] += figures[column][metric];
    }
}

HuntIntervals HuntMeans::intervals(std::size_t column, std::uint64_t seed) const
{
    const auto value = [&](std::uint16_t threat, std::size_t metric) {
        const Sum& sum = m_sums.at(threat);
        return sum.figures[column][metric] / sum.draws;
    };
    return overAll(keysOf(m_sums), value, seed);
}

HuntIntervals HuntMeans::difference(std::size_t column, std::size_t minus, std::uint64_t seed) const
{
    const auto value = [&](std::uint16_t threat, std::size_t metric) {
        const Sum& sum = m_sums.at(threat);
        return (sum.figures[column][metric] - sum.figures[minus][metric]) / sum.draws;
    };
    return overAll(keysOf(m_sums), value, seed);
}

std::vector<std::pair<std::string, HuntFigures>> HuntMeans::perClass(std::size_t column,
                                                                     const learn::Dataset& data) const
{
    std::vector<std::pair<std::string, HuntFigures>> all;
    for (const auto& [threat, sum] : m_sums) {
        HuntFigures means = sum.figures[column];
        for (double& mean : means)
            mean /= sum.draws;
        all.emplace_back(data.classNames[threat], means);
    }
    return all;
}

} // namespace flowscent::detect
