// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/inference/forest.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace flowscent::learn {

namespace {

/// Gauss and Legendre's places and weights on 0..1: exact for polynomials up to degree 2 n - 1.
struct Quadrature {
    std::vector<double> places;
    std::vector<double> weights;

    explicit Quadrature(std::size_t count)
    {
        const auto n = static_cast<double>(count);
        for (std::size_t i = 0; i < count; ++i) {
            double x = std::cos(std::numbers::pi * (static_cast<double>(i) + 0.75) / (n + 0.5));
            double slope = 0;
            for (int round = 0; round < 8; ++round) { // Newton's, from a start that is near
                double value = 1;
                double before = 0;
                for (std::size_t k = 0; k < count; ++k) {
                    const auto degree = static_cast<double>(k);
                    const double next = ((2 * degree + 1) * x * value - degree * before) / (degree + 1);
                    before = value;
                    value = next;
                }
                slope = n * (x * value - before) / (x * x - 1);
                x -= value / slope;
            }
            places.push_back((1 + x) / 2);
            weights.push_back(1 / ((1 - x * x) * slope * slope));
        }
    }
};

/// A column on the way to a node: the share of the examples that went the same way at all of its questions, and
/// whether the row goes that way, too.
struct Known {
    std::uint32_t column = 0;
    double share = 1;
    bool isRows = true;
};

/// A leaf of value v is reached with probability v * product of p_c over its columns c, where p_c is 1 or 0 as the row
/// goes when c is known and the examples' share when it is not. If every column is known with probability t, the mean
/// of that is the product of t * (1 or 0) + (1 - t) * share; Shapley's value of a column is the integral over t in 0..1
/// of the slope along that column (Owen, "Multilinear extensions of games", 1972). A product of m factors less one is a
/// polynomial of degree m - 1, so a few places make the integral exact, and all that is added up has one sign.
class Explainer {
public:
    Explainer(const Forest& forest, std::span<const float> row, std::size_t depth)
        : m_forest(forest)
        , m_row(row)
        , m_quadrature(depth / 2 + 1)
    {
        m_found.columns.resize(forest.columns);
    }

    void explain(std::uint32_t root)
    {
        m_path.clear();
        visit(root, std::vector<double>(m_quadrature.weights), 1);
    }

    [[nodiscard]] ForestContributions found() const
    {
        ForestContributions mean = m_found;
        const auto trees = static_cast<double>(m_forest.roots.size());
        mean.expected /= trees;
        for (double& column : mean.columns)
            column /= trees;
        return mean;
    }

private:
    [[nodiscard]] double factor(const Known& known, std::size_t place) const
    {
        const double t = m_quadrature.places[place];
        return (known.isRows ? t : 0.0) + (1 - t) * known.share;
    }

    /// `products`: per place its weight times the factors of the path's columns. `reach`: share of the root's examples.
    void visit(std::uint32_t index, const std::vector<double>& products, double reach) // NOLINT(misc-no-recursion)
    {
        const ForestNode& node = m_forest.nodes[index];
        if (node.left == 0) {
            settle(double{node.share}, products, reach);
            return;
        }
        const bool goesLeft = m_row[node.column] <= node.threshold;
        descend(node, node.left, goesLeft, products, reach);
        descend(node, node.left + 1, !goesLeft, products, reach);
    }

    void descend(const ForestNode& node, std::uint32_t child, bool isRows, // NOLINT(misc-no-recursion)
                 std::vector<double> products, double reach)
    {
        const double share = double(m_forest.nodes[child].examples) / double(node.examples);
        const auto place = std::ranges::find(m_path, node.column, &Known::column);
        const bool isNew = place == m_path.end();
        const auto at = static_cast<std::size_t>(place - m_path.begin());
        if (isNew)
            m_path.push_back({node.column, 1, true});
        const Known before = m_path[at];
        m_path[at].share *= share;
        m_path[at].isRows = before.isRows && isRows;
        for (std::size_t i = 0; i < products.size(); ++i)
            products[i] *= factor(m_path[at], i) / (isNew ? 1 : factor(before, i));
        visit(child, products, reach * share);
        if (isNew)
            m_path.pop_back();
        else
            m_path[at] = before;
    }

    void settle(double value, const std::vector<double>& products, double reach)
    {
        m_found.expected += value * reach;
        if (value == 0)
            return;
        for (const Known& known : m_path) {
            double integral = 0;
            for (std::size_t i = 0; i < products.size(); ++i)
                integral += products[i] / factor(known, i);
            m_found.columns[known.column] += value * integral * ((known.isRows ? 1.0 : 0.0) - known.share);
        }
    }

    const Forest& m_forest;
    std::span<const float> m_row;
    Quadrature m_quadrature;
    std::vector<Known> m_path;
    ForestContributions m_found;
};

/// Questions on the longest way from a root to a leaf.
std::size_t depthOf(const Forest& forest)
{
    std::vector<std::uint32_t> depths(forest.nodes.size());
    std::uint32_t deepest = 0;
    for (std::size_t i = 0; i < forest.nodes.size(); ++i) {
        if (const std::uint32_t left = forest.nodes[i].left; left != 0)
            depths[left] = depths[left + 1] = depths[i] + 1;
        deepest = std::max(deepest, depths[i]);
    }
    return deepest;
}

} // namespace

ForestContributions forestContributions(const Forest& forest, std::span<const float> row)
{
    assert(row.size() == forest.columns);
    Explainer explainer(forest, row, depthOf(forest));
    for (const std::uint32_t root : forest.roots)
        explainer.explain(root);
    return explainer.found();
}

} // namespace flowscent::learn
