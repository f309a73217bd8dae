// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "engine/base/matrix.h"
#include "engine/learn/inference/forest_walk.h"

namespace flowscent::learn {

/// Adds up what trees say of examples that they have not drawn.
class OutOfBagShares {
public:
    explicit OutOfBagShares(const base::Matrix& rows)
        : m_rows(rows)
        , m_sums(rows.rows)
        , m_trees(rows.rows)
    {
    }

    void ask(const std::vector<ForestNode>& nodes, std::uint32_t root, std::span<const std::int32_t> draws)
    {
        for (std::size_t row = 0; row < draws.size(); ++row) {
            if (draws[row] > 0)
                continue;
            m_sums[row] += double{leafOf(nodes, root, m_rows.row(row)).share};
            ++m_trees[row];
        }
    }

    [[nodiscard]] std::vector<double> means() const
    {
        std::vector<double> means(m_sums.size(), std::numeric_limits<double>::quiet_NaN());
        for (std::size_t row = 0; row < means.size(); ++row) {
            if (m_trees[row] > 0)
                means[row] = m_sums[row] / m_trees[row];
        }
        return means;
    }

private:
    const base::Matrix& m_rows;
    std::vector<double> m_sums;
    std::vector<std::uint32_t> m_trees;
};

} // namespace flowscent::learn
