// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/inference/forest_cut.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace flowscent::learn {

namespace {

constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();

/// Beyond so many numbers of the smaller class a sort is cheaper than a pass for each.
constexpr std::size_t mostAnchors = 96;

/// What lies around a number among others.
struct Around {
    std::int32_t below = 0;         ///< draws of smaller numbers
    std::int32_t upTo = 0;          ///< and of those that are equal
    std::int32_t previous = lowest; ///< the greatest of the smaller numbers
    std::int32_t next = highest;    ///< the smallest of the greater ones
};

/// Masks instead of conditions, of which the compiler would make jumps; like this it makes vectors.
[[gnu::always_inline]] inline Around scan(std::int32_t key, const ColumnGroup& group)
{
    const std::int32_t* __restrict keys = group.keys.data();
    const std::int32_t* __restrict draws = group.draws.data();
    const std::size_t count = group.keys.size();
    std::int32_t below = 0;
    std::int32_t upTo = 0;
    std::int32_t previous = lowest;
    std::int32_t next = highest;
    for (std::size_t i = 0; i < count; ++i) {
        const std::int32_t other = keys[i];
        const std::int32_t times = draws[i];
        const std::int32_t isBelow = -static_cast<std::int32_t>(other < key);
        const std::int32_t isUpTo = -static_cast<std::int32_t>(other <= key);
        below += isBelow & times;
        upTo += isUpTo & times;
        previous = std::max(previous, (isBelow & other) | (~isBelow & lowest));
        next = std::min(next, (~isUpTo & other) | (isUpTo & highest));
    }
    return {below, upTo, previous, next};
}

Around onAny(std::int32_t key, const ColumnGroup& group)
{
    return scan(key, group);
}

FLOWSCENT_FOR_AVX2 Around onAvx2(std::int32_t key, const ColumnGroup& group)
{
    return scan(key, group);
}

FLOWSCENT_FOR_AVX512 Around onAvx512(std::int32_t key, const ColumnGroup& group)
{
    return scan(key, group);
}

Around around(std::int32_t key, const ColumnGroup& group, base::Instructions with)
{
    switch (with) {
    case base::Instructions::Avx512:
        return onAvx512(key, group);
    case base::Instructions::Avx2:
        return onAvx2(key, group);
    case base::Instructions::Any:
        break;
    }
    return onAny(key, group);
}

double sidePurity(double a, double b)
{
    return (a * a + b * b) / (a + b);
}

/// Of the cut that has so many draws of each group on its left.
double purity(const ColumnGroup& a, std::int64_t leftA, const ColumnGroup& b, std::int64_t leftB)
{
    return sidePurity(static_cast<double>(leftA) * a.weight, static_cast<double>(leftB) * b.weight) +
           sidePurity(static_cast<double>(a.total - leftA) * a.weight, static_cast<double>(b.total - leftB) * b.weight);
}

/// Halfway, and never so near the upper one that it would go left as well.
float between(std::int32_t below, std::int32_t above)
{
    const float low = valueOf(below);
    const float high = valueOf(above);
    const auto middle = static_cast<float>((double{low} + double{high}) / 2);
    return middle >= low && middle < high ? middle : low;
}

/// Keeps the first of the purest cuts, which come in order.
class Best {
public:
    void offer(double purity, std::int32_t below, std::int32_t above)
    {
        if (m_purity >= purity)
            return;
        m_purity = purity;
        m_below = below;
        m_above = above;
    }
    [[nodiscard]] std::optional<Cut> cut() const
    {
        if (m_purity < 0)
            return std::nullopt;
        return Cut{between(m_below, m_above), m_purity};
    }

private:
    double m_purity = -1;
    std::int32_t m_below = 0;
    std::int32_t m_above = 0;
};

/// Sorted by key, one entry a key with its draws added up.
void collect(const ColumnGroup& group, std::vector<std::pair<std::int32_t, std::int32_t>>& into)
{
    into.clear();
    for (std::size_t i = 0; i < group.keys.size(); ++i)
        into.emplace_back(group.keys[i], group.draws[i]);
    std::ranges::sort(into);
    std::size_t last = 0;
    for (std::size_t i = 1; i < into.size(); ++i) {
        if (into[i].first == into[last].first)
            into[last].second += into[i].second;
        else
            into[++last] = into[i];
    }
    into.resize(last + 1);
}

/// A pass over the crowd for each number of the few.
std::optional<Cut> besideAnchors(const ColumnGroup& few, const ColumnGroup& crowd, CutSpace& space,
                                 base::Instructions with)
{
    collect(few, space.anchors);
    Best best;
    std::int64_t fewLeft = 0;
    std::int32_t before = lowest; // the anchor before
    for (std::size_t i = 0; i < space.anchors.size(); ++i) {
        const auto [key, draws] = space.anchors[i];
        const std::int32_t after = i + 1 < space.anchors.size() ? space.anchors[i + 1].first : highest;
        const Around there = around(key, crowd, with);
        if (const std::int32_t below = std::max(before, there.previous); below != lowest)
            best.offer(purity(few, fewLeft, crowd, there.below), below, key);
        fewLeft += draws;
        if (const std::int32_t above = std::min(after, there.next); above != highest)
            best.offer(purity(few, fewLeft, crowd, there.upTo), key, above);
        before = key;
    }
    return best.cut();
}

} // namespace

std::int32_t orderedKey(float value)
{
    const auto bits = std::bit_cast<std::int32_t>(value + 0.0F); // -0 becomes 0
    return bits >= 0 ? bits : bits ^ highest;
}

float valueOf(std::int32_t key)
{
    return std::bit_cast<float>(key >= 0 ? key : key ^ highest);
}

std::optional<Cut> bestCut(const ColumnGroup& a, const ColumnGroup& b, CutSpace& space, base::Instructions with)
{
    const bool isFewA = a.keys.size() <= b.keys.size();
    const ColumnGroup& few = isFewA ? a : b;
    if (few.keys.size() > mostAnchors)
        return bestCutBySorting(a, b, space);
    return besideAnchors(few, isFewA ? b : a, space, with);
}

std::optional<Cut> bestCutBySorting(const ColumnGroup& a, const ColumnGroup& b, CutSpace& space)
{
    collect(a, space.anchors);
    collect(b, space.sorted);
    Best best;
    std::int64_t leftA = 0;
    std::int64_t leftB = 0;
    std::int32_t before = lowest;
    auto nextA = space.anchors.begin();
    auto nextB = space.sorted.begin();
    const auto keyOf = [](auto place, const auto& all) { return place == all.end() ? highest : place->first; };
    while (true) {
        const std::int32_t key = std::min(keyOf(nextA, space.anchors), keyOf(nextB, space.sorted));
        if (key == highest)
            return best.cut();
        if (before != lowest)
            best.offer(purity(a, leftA, b, leftB), before, key);
        if (keyOf(nextA, space.anchors) == key)
            leftA += (nextA++)->second;
        if (keyOf(nextB, space.sorted) == key)
            leftB += (nextB++)->second;
        before = key;
    }
}

std::optional<Cut> cutAt(double place, const ColumnGroup& a, const ColumnGroup& b, base::Instructions with)
{
    const std::int32_t least = std::min(around(lowest, a, with).next, around(lowest, b, with).next);
    const std::int32_t most = std::max(around(highest, a, with).previous, around(highest, b, with).previous);
    if (least == most)
        return std::nullopt;
    const double low = valueOf(least);
    const double high = valueOf(most);
    const auto drawn = static_cast<float>(low + place * (high - low));
    const float threshold = drawn >= valueOf(least) && drawn < valueOf(most) ? drawn : valueOf(least);
    const std::int32_t key = orderedKey(threshold);
    return Cut{threshold, purity(a, around(key, a, with).upTo, b, around(key, b, with).upTo)};
}

} // namespace flowscent::learn
