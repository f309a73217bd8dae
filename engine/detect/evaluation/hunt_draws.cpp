// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evaluation/hunt_draws.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <set>
#include <string>

namespace flowscent::detect {

namespace {

using Rows = std::vector<std::uint32_t>;

Rows chosen(const Rows& rows, const std::vector<std::uint32_t>& places)
{
    Rows some;
    some.reserve(places.size());
    for (const std::uint32_t place : places)
        some.push_back(rows[place]);
    return some;
}

Rows sampled(const Rows& rows, std::size_t count, base::Rng& rng)
{
    return chosen(rows, rng.sample(static_cast<std::uint32_t>(rows.size()), static_cast<std::uint32_t>(count)));
}

/// `rows` and `without` ascend.
Rows difference(const Rows& rows, const Rows& without)
{
    Rows rest;
    std::ranges::set_difference(rows, without, std::back_inserter(rest));
    return rest;
}

Rows sorted(Rows rows)
{
    std::ranges::sort(rows);
    return rows;
}

std::string nameOf(const std::string& threat, const HuntShape& shape, std::uint32_t number)
{
    return threat + "/" + std::string(text(shape.variant)) + "/" + std::to_string(shape.shots) + "/" +
           std::to_string(number);
}

} // namespace

std::string_view text(HuntVariant variant)
{
    return variant == HuntVariant::Same ? "same" : "other";
}

std::string_view text(HuntNegatives negatives)
{
    return negatives == HuntNegatives::All ? "all" : "own";
}

/// FNV-1a, 64 bits (draft-eastlake-fnv).
base::Rng namedRng(std::uint64_t seed, std::string_view name)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char letter : name)
        hash = (hash ^ static_cast<std::uint8_t>(letter)) * 0x100000001b3;
    return base::Rng(seed).fork(hash);
}

HuntSampler::HuntSampler(const learn::Dataset& data)
    : m_data(data)
    , m_threats(data.classNames.size())
    , m_benignOf(data.provenance.networkNames.size())
{
    assert(data.provenance.known() || data.size() == 0);
    for (std::uint32_t row = 0; row < data.size(); ++row) {
        if (data.threatClass[data.classOf[row]]) {
            m_threats[data.classOf[row]][data.sessionOf[row]].push_back(row);
        } else {
            m_benign.push_back(row);
            m_benignOf[data.provenance.networkOf[row]].push_back(row);
        }
    }
}

std::vector<std::uint16_t> HuntSampler::classes() const
{
    std::vector<std::uint16_t> enough;
    for (std::size_t index = 0; index < m_threats.size(); ++index) {
        std::size_t flows = 0;
        for (const auto& [session, rows] : m_threats[index])
            flows += rows.size();
        if (flows >= leastHuntFlows)
            enough.push_back(static_cast<std::uint16_t>(index));
    }
    return enough;
}

/// Flows of the class that may be asked for when the support comes from that session; of Same, support among them.
Rows HuntSampler::lookedFor(std::uint16_t threat, const HuntShape& shape, std::uint32_t session) const
{
    Rows rows;
    for (const auto& [from, flows] : m_threats[threat]) {
        if ((from == session) == (shape.variant == HuntVariant::Same))
            rows.insert(rows.end(), flows.begin(), flows.end());
    }
    return sorted(std::move(rows));
}

Rows HuntSampler::negatives(const Rows& threats, const HuntShape& shape) const
{
    if (shape.negatives == HuntNegatives::All)
        return m_benign;
    std::set<std::uint32_t> networks;
    for (const std::uint32_t row : threats)
        networks.insert(m_data.provenance.networkOf[row]);
    Rows own;
    for (const std::uint32_t network : networks)
        own.insert(own.end(), m_benignOf[network].begin(), m_benignOf[network].end());
    return sorted(std::move(own));
}

std::vector<std::uint32_t> HuntSampler::captures(std::uint16_t threat, const HuntShape& shape) const
{
    std::vector<std::uint32_t> possible;
    for (const auto& [session, flows] : m_threats[threat]) {
        const Rows asked = lookedFor(threat, shape, session);
        const std::size_t taken = shape.variant == HuntVariant::Same ? shape.shots : 0;
        const std::size_t benign = negatives(asked, shape).size();
        if (flows.size() >= shape.shots && asked.size() >= taken + leastQueryThreats &&
            benign >= (shape.negatives == HuntNegatives::Own ? leastOwnBenign : 1))
            possible.push_back(session);
    }
    return possible;
}

bool HuntSampler::possible(std::uint16_t threat, const HuntShape& shape) const
{
    return !captures(threat, shape).empty();
}

HuntDraw HuntSampler::draw(std::uint16_t threat, const HuntShape& shape, std::uint64_t seed, std::uint32_t number) const
{
    const std::string name = nameOf(m_data.classNames[threat], shape, number);
    base::Rng rng = namedRng(seed, name);
    const auto sessions = captures(threat, shape);
    assert(!sessions.empty());
    const std::uint32_t session = sessions[rng.below(sessions.size())];

    HuntDraw draw;
    draw.task.support = sampled(m_threats[threat].at(session), shape.shots, rng);
    const Rows asked = lookedFor(threat, shape, session);
    const Rows candidates = difference(asked, sorted(draw.task.support));
    const Rows threats = sorted(sampled(candidates, std::min(mostQueryThreats, candidates.size()), rng));
    const Rows benign = negatives(asked, shape);

    Rows pool;
    std::ranges::merge(threats, benign, std::back_inserter(pool));
    base::Rng backgroundRng = namedRng(seed, name + "/" + std::string(text(shape.negatives)));
    const std::size_t count = std::min(huntBackground, pool.size() / 2);
    std::size_t threatsLeft = 0;
    do {
        draw.task.background = sampled(pool, count, backgroundRng);
        draw.task.query = difference(pool, sorted(draw.task.background));
        threatsLeft = difference(threats, sorted(draw.task.background)).size();
    } while (threatsLeft == 0 || threatsLeft == draw.task.query.size());
    draw.backgroundThreats = static_cast<std::uint32_t>(threats.size() - threatsLeft);
    for (const std::uint32_t row : draw.task.query)
        draw.isThreat.push_back(std::ranges::binary_search(threats, row));
    return draw;
}

} // namespace flowscent::detect
