// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/tasks/episodes.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace flowscent::learn {

namespace {

/// Gamma(alpha, 1) by Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 2000.
double gammaDraw(double alpha, base::Rng& rng)
{
    if (alpha < 1) // their section 6: boost the shape, correct by a power of a uniform
        return gammaDraw(alpha + 1, rng) * std::pow(1.0 - rng.uniform(), 1.0 / alpha);
    const double d = alpha - 1.0 / 3.0;
    const double c = 1.0 / std::sqrt(9.0 * d);
    while (true) {
        const double x = rng.normal();
        const double v = std::pow(1.0 + c * x, 3);
        if (v > 0 && std::log(1.0 - rng.uniform()) < 0.5 * x * x + d - d * v + d * std::log(v))
            return d * v;
    }
}

/// `total` queries shared out by shares from a Dirichlet distribution, no way above what it has.
std::vector<std::uint32_t> dirichletCounts(const std::vector<std::uint32_t>& available, std::uint32_t total,
                                           double alpha, base::Rng& rng)
{
    std::vector<double> shares(available.size());
    for (double& share : shares)
        share = gammaDraw(alpha, rng) + 1e-300; // all of them may underflow for a tiny alpha
    std::vector<std::uint32_t> counts(available.size());
    for (std::uint32_t drawn = 0; drawn < total; ++drawn) {
        double sum = 0;
        for (std::size_t way = 0; way < shares.size(); ++way)
            sum += counts[way] < available[way] ? shares[way] : 0;
        double left = rng.uniform() * sum;
        std::size_t chosen = shares.size();
        for (std::size_t way = 0; way < shares.size() && (chosen == shares.size() || left >= 0); ++way) {
            if (counts[way] < available[way]) {
                chosen = way;
                left -= shares[way];
            }
        }
        ++counts[chosen];
    }
    return counts;
}

void add(std::vector<std::uint32_t>& rows, std::vector<std::uint16_t>& ways, const std::vector<std::uint32_t>& drawn,
         std::uint32_t way)
{
    rows.insert(rows.end(), drawn.begin(), drawn.end());
    ways.insert(ways.end(), drawn.size(), static_cast<std::uint16_t>(way));
}

/// `count` distinct ones of these rows, in random order.
std::vector<std::uint32_t> someOf(const std::vector<std::uint32_t>& rows, std::uint32_t count, base::Rng& rng)
{
    std::vector<std::uint32_t> drawn;
    for (const std::uint32_t i : rng.sample(static_cast<std::uint32_t>(rows.size()), count))
        drawn.push_back(rows[i]);
    return drawn;
}

std::uint32_t threatQueries(const EpisodeShape& shape)
{
    const std::uint32_t total = 2 * shape.queries;
    if (shape.mix != QueryMix::Prevalence)
        return shape.queries;
    return std::clamp(static_cast<std::uint32_t>(std::lround(shape.prevalence * total)), 1U, total - 1);
}

} // namespace

EpisodeSampler::EpisodeSampler(const Dataset& dataset)
    : m_dataset(dataset)
    , m_rowsOf(dataset.classNames.size())
    , m_sessions(dataset.classNames.size())
{
    std::vector<std::map<std::uint32_t, std::vector<std::uint32_t>>> bySession(dataset.classNames.size());
    for (std::uint32_t row = 0; row < dataset.size(); ++row) {
        m_rowsOf[dataset.classOf[row]].push_back(row);
        bySession[dataset.classOf[row]][dataset.sessionOf[row]].push_back(row);
        if (!dataset.threatClass[dataset.classOf[row]])
            m_benign.push_back(row);
    }
    for (std::size_t index = 0; index < bySession.size(); ++index) {
        for (auto& [session, rows] : bySession[index])
            m_sessions[index].push_back(std::move(rows));
    }
    const std::vector<std::uint32_t>& networkOf = dataset.provenance.networkOf;
    m_networks.resize(networkOf.empty() ? 0 : dataset.provenance.networkNames.size());
    for (std::uint32_t row = 0; row < networkOf.size(); ++row) {
        Network& network = m_networks[networkOf[row]];
        network.rowsOf.resize(dataset.classNames.size());
        network.rowsOf[dataset.classOf[row]].push_back(row);
        if (!dataset.threatClass[dataset.classOf[row]])
            network.benign.push_back(row);
    }
}

std::vector<std::uint16_t> EpisodeSampler::fillable(const Network& network, const EpisodeShape& shape) const
{
    std::vector<std::uint16_t> classes;
    const bool hunt = shape.kind == TaskKind::ThreatInBenign;
    const std::uint32_t asked = hunt ? threatQueries(shape) : shape.queries;
    const std::size_t benign =
        std::size_t{shape.shots} * shape.benignPerThreat + 2 * std::size_t{shape.queries} - asked;
    if (hunt && network.benign.size() < benign)
        return classes;
    for (std::size_t at = 0; at < network.rowsOf.size(); ++at) {
        if (network.rowsOf[at].size() >= shape.shots + asked && (!hunt || m_dataset.threatClass[at]))
            classes.push_back(static_cast<std::uint16_t>(at));
    }
    return classes;
}

std::uint32_t EpisodeSampler::widestNetwork(const EpisodeShape& shape) const
{
    std::size_t most = 0;
    for (const Network& network : m_networks)
        most = std::max(most, fillable(network, shape).size());
    return static_cast<std::uint32_t>(most);
}

bool EpisodeSampler::fits(std::uint16_t classIndex, const EpisodeShape& shape) const
{
    const std::uint32_t queries = shape.kind == TaskKind::Classes ? shape.queries : threatQueries(shape);
    const std::size_t total = m_rowsOf[classIndex].size();
    if (!shape.captureDisjoint)
        return total >= shape.shots + queries;
    // some session alone fills the support and the others fill the queries
    return std::ranges::any_of(m_sessions[classIndex], [&](const auto& rows) {
        return rows.size() >= shape.shots && total - rows.size() >= queries;
    });
}

std::vector<std::uint16_t> EpisodeSampler::eligible(const EpisodeShape& shape) const
{
    std::vector<std::uint16_t> classes;
    const bool hunt = shape.kind == TaskKind::ThreatInBenign;
    if (shape.ownNetwork) {
        const std::size_t needed = hunt ? 1 : shape.ways + shape.openClasses;
        std::set<std::uint16_t> all;
        for (const Network& network : m_networks) {
            const auto some = fillable(network, shape);
            if (some.size() >= needed)
                all.insert(some.begin(), some.end());
        }
        classes.assign(all.begin(), all.end());
        return classes;
    }
    if (hunt && m_benign.size() < std::size_t{shape.shots} * shape.benignPerThreat + 2 * std::size_t{shape.queries})
        return classes;
    for (std::size_t at = 0; at < m_rowsOf.size(); ++at) {
        const auto index = static_cast<std::uint16_t>(at);
        if ((!hunt || m_dataset.threatClass[index]) && fits(index, shape))
            classes.push_back(index);
    }
    return classes;
}

EpisodeSampler::Split EpisodeSampler::splitClass(std::uint16_t classIndex, const EpisodeShape& shape,
                                                 std::uint32_t queries, base::Rng& rng) const
{
    Split split;
    if (!shape.captureDisjoint) {
        const auto& rows = m_rowsOf[classIndex];
        const auto drawn = rng.sample(static_cast<std::uint32_t>(rows.size()), shape.shots + queries);
        for (std::size_t i = 0; i < drawn.size(); ++i)
            (i < shape.shots ? split.support : split.query).push_back(rows[drawn[i]]);
        return split;
    }
    const auto& sessions = m_sessions[classIndex];
    std::vector<std::size_t> candidates;
    for (std::size_t i = 0; i < sessions.size(); ++i) {
        if (sessions[i].size() >= shape.shots && m_rowsOf[classIndex].size() - sessions[i].size() >= queries)
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
    for (const std::uint32_t i : rng.sample(static_cast<std::uint32_t>(others.size()), queries))
        split.query.push_back(others[i]);
    return split;
}

Episode EpisodeSampler::drawThreat(const EpisodeShape& shape, const std::vector<std::uint16_t>& classes,
                                   base::Rng& rng) const
{
    Episode episode;
    episode.ways = 2;
    const std::uint16_t threat = classes[rng.below(classes.size())];
    const std::uint32_t asked = threatQueries(shape);
    const Split split = splitClass(threat, shape, asked, rng);
    const std::uint32_t supports = shape.shots * shape.benignPerThreat;
    const auto benign = rng.sample(static_cast<std::uint32_t>(m_benign.size()), supports + 2 * shape.queries - asked);
    std::vector<std::uint32_t> benignSupport;
    std::vector<std::uint32_t> benignQuery;
    for (std::size_t i = 0; i < benign.size(); ++i)
        (i < supports ? benignSupport : benignQuery).push_back(m_benign[benign[i]]);
    episode.classes = {m_dataset.classOf[benignSupport.front()], threat};
    add(episode.support, episode.supportWay, benignSupport, 0);
    add(episode.support, episode.supportWay, split.support, 1);
    add(episode.query, episode.queryWay, benignQuery, 0);
    add(episode.query, episode.queryWay, split.query, 1);
    return episode;
}

Episode EpisodeSampler::drawOwn(const EpisodeShape& shape, const std::vector<std::uint16_t>& classes,
                                base::Rng& rng) const
{
    const bool hunt = shape.kind == TaskKind::ThreatInBenign;
    const std::size_t needed = hunt ? 1 : shape.ways + shape.openClasses;
    std::vector<std::pair<const Network*, std::vector<std::uint16_t>>> able;
    for (const Network& network : m_networks) {
        std::vector<std::uint16_t> some;
        std::ranges::set_intersection(fillable(network, shape), classes, std::back_inserter(some));
        if (some.size() >= needed)
            able.emplace_back(&network, std::move(some));
    }
    assert(!able.empty());
    const auto& [network, candidates] = able[rng.below(able.size())];
    Episode episode;
    episode.ways = hunt ? 2 : shape.ways;
    if (hunt) {
        const std::uint32_t asked = threatQueries(shape);
        const std::uint32_t supports = shape.shots * shape.benignPerThreat;
        const auto benign = someOf(network->benign, supports + 2 * shape.queries - asked, rng);
        add(episode.support, episode.supportWay, {benign.begin(), benign.begin() + supports}, 0);
        add(episode.query, episode.queryWay, {benign.begin() + supports, benign.end()}, 0);
        episode.classes.push_back(m_dataset.classOf[benign.front()]);
    }
    const std::uint32_t first = hunt ? 1 : 0;
    const auto picks = rng.sample(static_cast<std::uint32_t>(candidates.size()), static_cast<std::uint32_t>(needed));
    for (std::uint32_t i = 0; i < picks.size(); ++i) {
        const std::uint16_t index = candidates[picks[i]];
        const std::uint32_t way = first + i;
        const std::uint32_t shots = way < episode.ways ? shape.shots : 0;
        const auto rows = someOf(network->rowsOf[index], shots + (hunt ? threatQueries(shape) : shape.queries), rng);
        if (shots > 0)
            episode.classes.push_back(index);
        add(episode.support, episode.supportWay, {rows.begin(), rows.begin() + shots}, way);
        add(episode.query, episode.queryWay, {rows.begin() + shots, rows.end()}, std::min(way, episode.ways));
    }
    return episode;
}

Episode EpisodeSampler::draw(const EpisodeShape& shape, const std::vector<std::uint16_t>& classes, base::Rng& rng) const
{
    if (shape.ownNetwork)
        return drawOwn(shape, classes, rng);
    if (shape.kind == TaskKind::ThreatInBenign)
        return drawThreat(shape, classes, rng);
    const auto picks = rng.sample(static_cast<std::uint32_t>(classes.size()), shape.ways + shape.openClasses);
    Episode episode;
    episode.ways = std::min(shape.ways, static_cast<std::uint32_t>(picks.size()));
    std::vector<std::uint32_t> counts(episode.ways, shape.queries);
    if (shape.mix == QueryMix::Dirichlet) {
        std::vector<std::uint32_t> available;
        for (std::uint32_t way = 0; way < episode.ways; ++way) { // what is left whichever session is chosen
            const std::uint16_t index = classes[picks[way]];
            std::size_t most = m_rowsOf[index].size() - shape.shots;
            if (shape.captureDisjoint) {
                for (const auto& rows : m_sessions[index]) {
                    if (rows.size() >= shape.shots && m_rowsOf[index].size() - rows.size() >= shape.queries)
                        most = std::min(most, m_rowsOf[index].size() - rows.size());
                }
            }
            available.push_back(static_cast<std::uint32_t>(most));
        }
        counts = dirichletCounts(available, episode.ways * shape.queries, shape.dirichletAlpha, rng);
    }
    for (std::uint32_t way = 0; way < picks.size(); ++way) {
        const std::uint16_t index = classes[picks[way]];
        const bool open = way >= episode.ways;
        const Split split = splitClass(index, shape, open ? shape.queries : counts[way], rng);
        if (!open) {
            episode.classes.push_back(index);
            add(episode.support, episode.supportWay, split.support, way);
        }
        add(episode.query, episode.queryWay, split.query, std::min(way, episode.ways));
    }
    return episode;
}

ClassSplit splitClasses(const Dataset& dataset, double share, base::Rng& rng)
{
    ClassSplit split;
    for (const bool threat : {true, false}) {
        std::vector<std::uint16_t> classes;
        for (std::size_t index = 0; index < dataset.classNames.size(); ++index) {
            if (dataset.threatClass[index] == threat)
                classes.push_back(static_cast<std::uint16_t>(index));
        }
        rng.shuffle(std::span(classes));
        const auto cut = static_cast<std::size_t>(std::lround(share * static_cast<double>(classes.size())));
        for (std::size_t i = 0; i < classes.size(); ++i)
            (i < cut ? split.first : split.second).push_back(classes[i]);
    }
    std::ranges::sort(split.first);
    std::ranges::sort(split.second);
    return split;
}

} // namespace flowscent::learn
