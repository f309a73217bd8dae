// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/export/forest_tables.h"

#include "engine/features/feature_schema.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <span>

namespace flowscent::learn {

namespace {

constexpr std::size_t atOnce = 512; ///< thresholds that are searched together

/// Floats in their order as whole numbers without gaps; -0 and 0 are two.
std::int64_t orderOf(float value)
{
    const auto bits = std::bit_cast<std::int32_t>(value);
    constexpr std::int64_t signBit = std::int64_t{1} << 31U;
    return bits >= 0 ? std::int64_t{bits} : -(std::int64_t{bits} + signBit) - 1;
}

float floatAt(std::int64_t order)
{
    constexpr std::int64_t signBit = std::int64_t{1} << 31U;
    const std::int64_t bits = order >= 0 ? order : -(order + 1) - signBit;
    return std::bit_cast<float>(static_cast<std::int32_t>(bits));
}

class ThresholdSearch {
public:
    explicit ThresholdSearch(const features::Scaler& scaler)
        : m_scaler(scaler)
        , m_raw(room())
        , m_scaled(room())
    {
    }

    /// Bisects for all of at most `atOnce` questions side by side.
    void replace(std::span<const std::size_t> questions, const std::vector<ForestNode>& nodes,
                 std::vector<float>& thresholds)
    {
        constexpr float infinity = std::numeric_limits<float>::infinity();
        const std::int64_t lowest = orderOf(-infinity);
        const std::int64_t beyond = orderOf(infinity) + 1;
        std::vector<std::int64_t> atMost(questions.size(), lowest); // goes left, unless none does
        std::vector<std::int64_t> above(questions.size(), beyond);  // goes right
        const auto open = [&](std::size_t i) { return above[i] - atMost[i] > 1; };
        for (bool searching = true; searching;) {
            for (std::size_t i = 0; i < questions.size(); ++i)
                number(m_raw, i, nodes[questions[i]]) = floatAt((atMost[i] + above[i]) / 2);
            m_scaler.apply(m_raw, 0, questions.size(), m_scaled);
            searching = false;
            for (std::size_t i = 0; i < questions.size(); ++i) {
                if (!open(i))
                    continue;
                const ForestNode& node = nodes[questions[i]];
                const std::int64_t middle = (atMost[i] + above[i]) / 2;
                (number(m_scaled, i, node) <= node.threshold ? atMost : above)[i] = middle;
                searching = searching || open(i);
            }
        }
        for (std::size_t i = 0; i < questions.size(); ++i)
            thresholds[questions[i]] = floatAt(atMost[i]);
    }

private:
    static features::FeatureSet room()
    {
        return {base::Matrix(atOnce, features::sequenceLength * features::sequenceFields),
                base::Matrix(atOnce, features::statisticDefinitions().size())};
    }
    static float& number(features::FeatureSet& set, std::size_t row, const ForestNode& node)
    {
        return set.statistics.row(row)[node.column];
    }

    const features::Scaler& m_scaler;
    features::FeatureSet m_raw;
    features::FeatureSet m_scaled;
};

bool soundTree(std::span<const ForestNode> nodes, std::size_t root, std::size_t end, std::size_t columns)
{
    for (std::size_t i = root; i < end; ++i) {
        const ForestNode& node = nodes[i];
        if (node.column >= columns || !std::isfinite(node.threshold) || !(node.share >= 0 && node.share <= 1))
            return false;
        if (node.left != 0 && (node.left <= i || std::size_t{node.left} + 1 >= end))
            return false;
    }
    return true;
}

} // namespace

std::size_t forestDepth(const Forest& forest)
{
    std::vector<std::size_t> depths(forest.nodes.size());
    for (std::size_t i = 0; i < depths.size(); ++i) {
        const std::size_t left = forest.nodes[i].left;
        if (left == 0)
            continue;
        for (const std::size_t child : {left, left + 1})
            depths[child] = std::max(depths[child], depths[i] + 1);
    }
    return std::ranges::max(depths);
}

ForestTables forestTables(const Forest& forest, const features::Scaler& scaler)
{
    ForestTables tables{.roots = {forest.roots.begin(), forest.roots.end()}, .depth = forestDepth(forest)};
    std::vector<std::size_t> questions;
    for (std::size_t i = 0; i < forest.nodes.size(); ++i) {
        const ForestNode& node = forest.nodes[i];
        const auto here = static_cast<std::int64_t>(i);
        tables.columns.push_back(node.column);
        tables.thresholds.push_back(node.threshold);
        tables.left.push_back(node.left == 0 ? here : std::int64_t{node.left});
        tables.right.push_back(node.left == 0 ? here : std::int64_t{node.left} + 1);
        tables.shares.push_back(node.share);
        if (node.left != 0)
            questions.push_back(i);
    }
    ThresholdSearch search(scaler);
    for (std::size_t first = 0; first < questions.size(); first += atOnce) {
        const std::size_t count = std::min(atOnce, questions.size() - first);
        search.replace(std::span(questions).subspan(first, count), forest.nodes, tables.thresholds);
    }
    return tables;
}

bool soundForest(const Forest& forest, std::size_t columns)
{
    const auto& roots = forest.roots;
    if (forest.columns != columns || roots.empty() || roots.size() > maxForestTrees || roots.front() != 0 ||
        roots.back() >= forest.nodes.size() || forest.nodes.size() > maxForestNodes ||
        std::ranges::adjacent_find(roots, std::ranges::greater_equal()) != roots.end())
        return false;
    for (std::size_t tree = 0; tree < roots.size(); ++tree) {
        const std::size_t end = tree + 1 < roots.size() ? roots[tree + 1] : forest.nodes.size();
        if (!soundTree(forest.nodes, roots[tree], end, columns))
            return false;
    }
    return forestDepth(forest) <= maxForestDepth;
}

} // namespace flowscent::learn
