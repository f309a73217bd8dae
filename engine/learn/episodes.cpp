// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/episodes.h"

#include <algorithm>
#include <map>

namespace flowscent::learn {

EpisodeSampler::EpisodeSampler(const Dataset& dataset)
    : m_dataset(dataset)
    , m_rowsOf(dataset.classNames.size())
    , m_sessions(dataset.classNames.size())
{
    std::vector<std::map<std::uint32_t, std::vector<std::uint32_t>>> bySession(dataset.classNames.size());
    for (std::uint32_t row = 0; row < dataset.size(); ++row) {
        m_rowsOf[dataset.classOf[row]].push_back(row);
        bySession[dataset.classOf[row]][dataset.sessionOf[row]].push_back(row);
    }
    for (std::size_t index = 0; index < bySession.size(); ++index) {
        for (auto& [session, rows] : bySession[index])
            m_sessions[index].push_back(std::move(rows));
    }
}

std::vector<std::uint16_t> EpisodeSampler::eligible(const EpisodeShape& shape) const
{
    std::vector<std::uint16_t> classes;
    for (std::uint16_t index = 0; index < m_rowsOf.size(); ++index) {
        const std::size_t total = m_rowsOf[index].size();
        bool fits = total >= shape.shots + shape.queries;
        if (shape.captureDisjoint) // some session alone fills the support and the others fill the queries
            fits = std::ranges::any_of(m_sessions[index], [&](const auto& rows) {
                return rows.size() >= shape.shots && total - rows.size() >= shape.queries;
            });
        if (fits)
            classes.push_back(index);
    }
    return classes;
}

EpisodeSampler::Split EpisodeSampler::splitClass(std::uint16_t classIndex, const EpisodeShape& shape,
                                                 base::Rng& rng) const
{
    Split split;
    if (!shape.captureDisjoint) {
        const auto& rows = m_rowsOf[classIndex];
        const auto drawn = rng.sample(static_cast<std::uint32_t>(rows.size()), shape.shots + shape.queries);
        for (std::size_t i = 0; i < drawn.size(); ++i)
            (i < shape.shots ? split.support : split.query).push_back(rows[drawn[i]]);
        return split;
    }
    const auto& sessions = m_sessions[classIndex];
    std::vector<std::size_t> candidates;
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        if (sessions[i].size() >= shape.shots && m_rowsOf[classIndex].size() - sessions[i].size() >= shape.queries)
            candidates.push_back(i);
    }
    const std::size_t chosen = candidates[rng.below(candidates.size())];
    std::vector<std::uint32_t> others;
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        if (i != chosen)
            others.insert(others.end(), sessions[i].begin(), sessions[i].end());
    }
    for (const std::uint32_t i : rng.sample(static_cast<std::uint32_t>(sessions[chosen].size()), shape.shots))
        split.support.push_back(sessions[chosen][i]);
    for (const std::uint32_t i : rng.sample(static_cast<std::uint32_t>(others.size()), shape.queries))
        split.query.push_back(others[i]);
    return split;
}

Episode EpisodeSampler::draw(const EpisodeShape& shape, const std::vector<std::uint16_t>& classes, base::Rng& rng) const
{
    Episode episode;
    episode.shots = shape.shots;
    episode.queries = shape.queries;
    for (const std::uint32_t pick : rng.sample(static_cast<std::uint32_t>(classes.size()), shape.ways)) {
        const Split split = splitClass(classes[pick], shape, rng);
        episode.support.insert(episode.support.end(), split.support.begin(), split.support.end());
        episode.query.insert(episode.query.end(), split.query.begin(), split.query.end());
        episode.classes.push_back(classes[pick]);
    }
    episode.ways = static_cast<std::uint32_t>(episode.classes.size());
    return episode;
}

} // namespace flowscent::learn
