// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/forest_difference.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

using learn::ForestNode;

namespace {

/// Shapley's weight of a column among `on` columns that must be the row's, while `off` must be the other's, for a leaf
/// to be reached: (on - 1)! off! / (on + off)!.
double weight(std::size_t on, std::size_t off)
{
    const auto factorial = [](std::size_t n) { return std::lgamma(static_cast<double>(n) + 1); };
    return std::exp(factorial(on - 1) + factorial(off) - factorial(on + off));
}

/// Goes down one tree along both rows at once. Where they part, a leaf is reached only with the one's number in that
/// column or only with the other's.
class Descent {
public:
    Descent(const learn::Forest& forest, std::span<const float> row, std::span<const float> other,
            std::vector<double>& into)
        : m_forest(forest)
        , m_row(row)
        , m_other(other)
        , m_into(into)
    {
    }

    void from(std::uint32_t place)
    {
        const ForestNode& node = m_forest.nodes[place];
        if (node.left == 0)
            return credit(double{node.share});
        const std::uint32_t ofRow = child(node, m_row);
        const std::uint32_t ofOther = child(node, m_other);
        if (ofRow == ofOther)
            return from(ofRow);
        if (std::ranges::find(m_on, node.column) != m_on.end())
            return from(ofRow);
        if (std::ranges::find(m_off, node.column) != m_off.end())
            return from(ofOther);
        m_on.push_back(node.column);
        from(ofRow);
        m_on.pop_back();
        m_off.push_back(node.column);
        from(ofOther);
        m_off.pop_back();
    }

private:
    static std::uint32_t child(const ForestNode& node, std::span<const float> row)
    {
        return row[node.column] <= node.threshold ? node.left : node.left + 1;
    }

    void credit(double share)
    {
        for (const std::uint32_t column : m_on)
            m_into[column] += share * weight(m_on.size(), m_off.size());
        for (const std::uint32_t column : m_off)
            m_into[column] -= share * weight(m_off.size(), m_on.size());
    }

    const learn::Forest& m_forest;
    std::span<const float> m_row;
    std::span<const float> m_other;
    std::vector<double>& m_into;
    std::vector<std::uint32_t> m_on;  ///< columns that must be the row's here
    std::vector<std::uint32_t> m_off; ///< columns that must be the other's
};

} // namespace

std::vector<double> forestDifference(const learn::Forest& forest, std::span<const float> row,
                                     std::span<const float> other)
{
    std::vector<double> columns(forest.columns);
    Descent descent(forest, row, other, columns);
    for (const std::uint32_t root : forest.roots)
        descent.from(root);
    for (double& column : columns)
        column /= static_cast<double>(std::max<std::size_t>(forest.roots.size(), 1));
    return columns;
}

} // namespace flowscent::detect
