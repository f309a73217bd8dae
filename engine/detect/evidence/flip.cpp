// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/flip.h"

#include <algorithm>

namespace flowscent::detect {

using base::failure;
using base::Matrix;

namespace {

using Set = std::vector<FeatureIndex>;

class Changes {
public:
    Changes(const LogitsOf& logits, std::span<const float> flow, std::span<const float> twin)
        : m_logits(logits)
        , m_flow(flow)
        , m_twin(twin)
    {
    }

    /// The flow's logit with each of the sets made normal.
    [[nodiscard]] base::Result<std::vector<double>> of(const std::vector<Set>& sets) const
    {
        Matrix changed(sets.size(), m_flow.size());
        for (std::size_t i = 0; i < sets.size(); ++i) {
            std::ranges::copy(m_flow, changed.row(i).begin());
            substitute(changed.row(i), m_twin, sets[i]);
        }
        return m_logits(changed);
    }

    /// Features that are not normal already.
    [[nodiscard]] Set candidates() const
    {
        Set all;
        for (FeatureIndex index = 0; index < namedFeatures().size(); ++index) {
            const auto columns = columnsOf(namedFeatures()[index]);
            if (std::ranges::any_of(columns, [&](std::size_t column) { return m_flow[column] != m_twin[column]; }))
                all.push_back(index);
        }
        return all;
    }

private:
    const LogitsOf& m_logits;
    std::span<const float> m_flow;
    std::span<const float> m_twin;
};

/// The sets that `set` becomes with one of `more`.
std::vector<Set> grown(const Set& set, const Set& more)
{
    std::vector<Set> sets;
    for (const FeatureIndex feature : more) {
        sets.push_back(set);
        sets.back().push_back(feature);
    }
    return sets;
}

std::vector<Set> shrunk(const Set& set)
{
    std::vector<Set> sets;
    for (const FeatureIndex feature : set) {
        sets.push_back(set);
        std::erase(sets.back(), feature);
    }
    return sets;
}

/// Takes out what is not needed, as long as the logit stays below the line.
base::Result<Flip> pruned(const Changes& changes, Flip flip, double line)
{
    while (flip.features.size() > 1) {
        const auto sets = shrunk(flip.features);
        const auto logits = changes.of(sets);
        if (!logits)
            return failure(logits.error());
        const auto lowest = std::ranges::min_element(*logits);
        if (*lowest >= line)
            break;
        flip = {sets[static_cast<std::size_t>(lowest - logits->begin())], *lowest};
    }
    return flip;
}

} // namespace

base::Result<Flip> findFlip(const LogitsOf& logits, std::span<const float> flow, std::span<const float> twin,
                            double line)
{
    const Changes changes(logits, flow, twin);
    const auto unchanged = changes.of({Set{}});
    if (!unchanged)
        return failure(unchanged.error());
    Flip flip{{}, unchanged->front()};
    double lowestSeen = flip.logit;
    Set left = changes.candidates();
    // A step that changes nothing, or makes it worse, may be needed: of two numbers that say the same, one alone does
    // not.
    while (flip.logit >= line && flip.features.size() < mostFlipFeatures && !left.empty()) {
        const auto sets = grown(flip.features, left);
        const auto answers = changes.of(sets);
        if (!answers)
            return failure(answers.error());
        const auto lowest = std::ranges::min_element(*answers);
        flip = {sets[static_cast<std::size_t>(lowest - answers->begin())], *lowest};
        lowestSeen = std::min(lowestSeen, *lowest);
        std::erase(left, flip.features.back());
    }
    if (flip.logit >= line)
        return Flip{{}, lowestSeen};
    return pruned(changes, std::move(flip), line);
}

} // namespace flowscent::detect
