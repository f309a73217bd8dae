// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/replay/exemplar_reservoir.h"

#include "engine/features/feature_schema.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace flowscent::learn {

namespace {

std::uint32_t idOf(std::vector<std::string>& names, const std::string& name)
{
    const auto found = std::ranges::find(names, name);
    const auto id = static_cast<std::uint32_t>(found - names.begin());
    if (found == names.end())
        names.push_back(name);
    return id;
}

bool allFinite(std::span<const float> values)
{
    return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

void removeAt(std::vector<Exemplar>& kept, std::size_t index)
{
    if (index + 1 != kept.size())
        kept[index] = std::move(kept.back());
    kept.pop_back();
}

} // namespace

ExemplarReservoir::ExemplarReservoir(std::size_t capacity, const base::Rng& rng)
    : m_capacity(capacity)
    , m_rng(rng)
{
}

std::uint32_t ExemplarReservoir::classId(const std::string& name)
{
    return idOf(m_classNames, name);
}

std::uint32_t ExemplarReservoir::sessionId(const std::string& name)
{
    return idOf(m_sessionNames, name);
}

ExemplarReservoir::Class& ExemplarReservoir::classOf(std::uint32_t id)
{
    const auto found = std::ranges::find(m_classes, id, &Class::id);
    return found == m_classes.end() ? m_classes.emplace_back(Class{.id = id, .offered = 0, .kept = {}}) : *found;
}

bool ExemplarReservoir::offer(Exemplar exemplar)
{
    assert(exemplar.sequence.size() == features::sequenceLength * features::sequenceFields);
    assert(exemplar.statistics.size() == features::statisticDefinitions().size());
    assert(exemplar.classId < m_classNames.size() && exemplar.sessionId < m_sessionNames.size());
    assert(exemplar.logits.size() == exemplar.logitClasses.size());
    assert(allFinite(exemplar.sequence) && allFinite(exemplar.statistics));
    if (!allFinite(exemplar.logits)) {
        exemplar.logits.clear();
        exemplar.logitClasses.clear();
    }
    exemplar.insertedAt = m_offered++;
    Class& its = classOf(exemplar.classId);
    const bool full = its.full();
    ++its.offered;
    if (!full && makeRoomFor(its)) {
        its.kept.push_back(std::move(exemplar));
        return true;
    }
    // Algorithm R: the N-th flow takes one of the n places with probability n/N, each place equally often.
    const std::uint64_t place = m_rng.below(its.offered);
    if (place >= its.kept.size())
        return false;
    its.kept[place] = std::move(exemplar);
    return true;
}

/// Whether there is a place for one more flow of a class that has kept all its flows so far.
bool ExemplarReservoir::makeRoomFor(const Class& newcomer)
{
    if (size() < m_capacity)
        return true;
    const auto largest = std::ranges::max_element(m_classes, [](const Class& one, const Class& other) {
        return std::pair(one.kept.size(), other.id) < std::pair(other.kept.size(), one.id);
    });
    // Among the largest itself, or all have one place at most: it is full from now on.
    if (largest->kept.size() <= newcomer.kept.size() || largest->kept.size() <= 1)
        return false;
    removeAt(largest->kept, m_rng.below(largest->kept.size()));
    return true;
}

std::size_t ExemplarReservoir::size() const
{
    std::size_t size = 0;
    for (const Class& one : m_classes)
        size += one.kept.size();
    return size;
}

std::span<const Exemplar> ExemplarReservoir::exemplars(std::uint32_t classId) const
{
    const auto found = std::ranges::find(m_classes, classId, &Class::id);
    return found == m_classes.end() ? std::span<const Exemplar>{} : found->kept;
}

std::vector<const Exemplar*> ExemplarReservoir::draw(std::size_t count)
{
    std::vector<const Class*> filled;
    for (const Class& one : m_classes) {
        if (!one.kept.empty())
            filled.push_back(&one);
    }
    std::vector<const Exemplar*> batch;
    while (!filled.empty() && batch.size() < count) {
        const Class& one = *filled[m_rng.below(filled.size())];
        batch.push_back(&one.kept[m_rng.below(one.kept.size())]);
    }
    return batch;
}

ReservoirSummary ExemplarReservoir::summary() const
{
    ReservoirSummary summary{.classes = {}, .size = size(), .capacity = m_capacity, .offered = m_offered};
    double ages = 0;
    for (const Class& one : m_classes) {
        summary.classes.push_back({m_classNames[one.id], one.kept.size(), one.offered});
        for (const Exemplar& exemplar : one.kept) {
            const std::uint64_t age = m_offered - exemplar.insertedAt;
            ages += static_cast<double>(age);
            summary.oldestAge = std::max(summary.oldestAge, age);
        }
    }
    summary.meanAge = summary.size == 0 ? 0.0 : ages / static_cast<double>(summary.size);
    return summary;
}

bool operator==(const ExemplarReservoir& one, const ExemplarReservoir& other)
{
    return one.m_capacity == other.m_capacity && one.m_rng.state() == other.m_rng.state() &&
           one.m_offered == other.m_offered && one.m_classNames == other.m_classNames &&
           one.m_sessionNames == other.m_sessionNames && one.m_classes == other.m_classes;
}

features::FeatureSet featuresOf(std::span<const Exemplar* const> exemplars)
{
    features::FeatureSet set{base::Matrix(exemplars.size(), features::sequenceLength * features::sequenceFields),
                             base::Matrix(exemplars.size(), features::statisticDefinitions().size())};
    for (std::size_t i = 0; i < exemplars.size(); ++i) {
        std::ranges::copy(exemplars[i]->sequence, set.sequences.row(i).begin());
        std::ranges::copy(exemplars[i]->statistics, set.statistics.row(i).begin());
    }
    return set;
}

} // namespace flowscent::learn
