// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/projection/projection_trees.h"

#include "engine/learn/inference/row_kernels.h"

#include <algorithm>
#include <numeric>

namespace flowscent::learn {

std::size_t partBegin(std::size_t count, std::size_t level, std::size_t index)
{
    return count * index >> level;
}

ProjectionTrees::ProjectionTrees(const base::Matrix& matrix, std::size_t trees, base::Rng rng)
{
    while (matrix.rows > leafRows << m_levels)
        ++m_levels;
    m_width = padded(std::max<std::size_t>(trees * m_levels, 1));
    m_directions.resize(matrix.columns * m_width);
    std::ranges::generate(m_directions, [&] { return static_cast<float>(rng.normal()); });
    std::vector<std::uint32_t> all(matrix.rows);
    std::iota(all.begin(), all.end(), 0U);
    const std::vector<float> values = along(matrix, all);
    for (std::size_t tree = 0; tree < trees; ++tree)
        m_trees.push_back(grow(values, matrix.rows, tree));
}

std::vector<float> ProjectionTrees::along(const base::Matrix& matrix, std::span<const std::uint32_t> rows) const
{
    std::vector<float> values(rows.size() * m_width);
    std::vector<const float*> from(rows.size());
    std::vector<float*> into(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        from[i] = matrix.row(rows[i]).data();
        into[i] = values.data() + i * m_width;
    }
    const std::vector<float> bias(m_width);
    eachRow(RowOperation::Product, from, {m_directions.data(), matrix.columns, m_width}, bias.data(), into);
    return values;
}

ProjectionTrees::Tree ProjectionTrees::grow(const std::vector<float>& values, std::size_t rows, std::size_t tree) const
{
    Tree grown;
    grown.cuts.resize(leaves() - 1);
    grown.order.resize(rows);
    std::iota(grown.order.begin(), grown.order.end(), 0U);
    for (std::size_t level = 0; level < m_levels; ++level) {
        const float* column = values.data() + tree * m_levels + level;
        const auto value = [&](std::uint32_t row) { return column[row * m_width]; };
        for (std::size_t node = 0; node < std::size_t{1} << level; ++node) {
            const auto at = [&](std::size_t place) { return grown.order.begin() + static_cast<std::ptrdiff_t>(place); };
            const auto begin = at(partBegin(rows, level, node));
            const auto middle = at(partBegin(rows, level + 1, 2 * node + 1));
            const auto end = at(partBegin(rows, level, node + 1));
            std::nth_element(begin, middle, end, [&](std::uint32_t a, std::uint32_t b) {
                return std::pair(value(a), a) < std::pair(value(b), b);
            });
            grown.cuts[(std::size_t{1} << level) - 1 + node] = value(*middle);
        }
    }
    return grown;
}

std::span<const std::uint32_t> ProjectionTrees::leaf(std::size_t tree, std::size_t leaf) const
{
    const std::vector<std::uint32_t>& order = m_trees[tree].order;
    const std::size_t begin = partBegin(order.size(), m_levels, leaf);
    return std::span(order).subspan(begin, partBegin(order.size(), m_levels, leaf + 1) - begin);
}

std::vector<std::vector<std::uint32_t>> ProjectionTrees::leavesOf(const base::Matrix& matrix,
                                                                  std::span<const std::uint32_t> rows) const
{
    const std::vector<float> values = along(matrix, rows);
    std::vector<std::vector<std::uint32_t>> found(m_trees.size(), std::vector<std::uint32_t>(rows.size()));
    for (std::size_t tree = 0; tree < m_trees.size(); ++tree) {
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const float* column = values.data() + i * m_width + tree * m_levels;
            std::size_t node = 0;
            for (std::size_t level = 0; level < m_levels; ++level)
                node = 2 * node + 1 + (column[level] < m_trees[tree].cuts[node] ? 0U : 1U);
            found[tree][i] = static_cast<std::uint32_t>(node + 1 - leaves());
        }
    }
    return found;
}

} // namespace flowscent::learn
