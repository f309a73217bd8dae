// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/matrix.h"
#include "engine/base/random.h"

namespace flowscent::learn {

/// Trees that put rows that lie close together into one leaf, more often than not: at every level rows are cut at the
/// median along a random direction, which all nodes of the level share. Balanced whatever the rows, so that thousands
/// of equal ones do no harm. Immutable once grown; any thread may ask.
class ProjectionTrees {
public:
    static constexpr std::size_t leafRows = 96; ///< at most so many in a leaf

    /// At least one row, each of finite numbers.
    ProjectionTrees(const base::Matrix& matrix, std::size_t trees, base::Rng rng);

    [[nodiscard]] std::size_t trees() const { return m_trees.size(); }
    [[nodiscard]] std::size_t leaves() const { return std::size_t{1} << m_levels; }
    [[nodiscard]] std::span<const std::uint32_t> leaf(std::size_t tree, std::size_t leaf) const;
    /// The leaf that each of these rows would lie in: for every tree, in order, one leaf a row.
    [[nodiscard]] std::vector<std::vector<std::uint32_t>> leavesOf(const base::Matrix& matrix,
                                                                   std::span<const std::uint32_t> rows) const;

private:
    struct Tree {
        std::vector<float> cuts;          ///< by node: root 0, children of i are 2 i + 1 and 2 i + 2
        std::vector<std::uint32_t> order; ///< rows, leaf after leaf
    };
    [[nodiscard]] std::vector<float> along(const base::Matrix& matrix, std::span<const std::uint32_t> rows) const;
    [[nodiscard]] Tree grow(const std::vector<float>& values, std::size_t rows, std::size_t tree) const;

    std::size_t m_levels = 0;
    std::size_t m_width = 0;         ///< of a row of values along the directions
    std::vector<float> m_directions; ///< columns of the matrix x m_width
    std::vector<Tree> m_trees;
};

/// Where part `index` of 2^level equal parts of `count` begins, each halved again and again.
[[nodiscard]] std::size_t partBegin(std::size_t count, std::size_t level, std::size_t index);

} // namespace flowscent::learn
