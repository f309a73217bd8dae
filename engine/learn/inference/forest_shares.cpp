// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/inference/forest.h"

#include "engine/learn/inference/forest_walk.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace flowscent::learn {

using base::Matrix;

namespace {

constexpr std::size_t lanes = 64;   ///< rows that a question is asked at once
constexpr std::size_t batch = 256;  ///< rows that lie ready, column by column
constexpr std::size_t fewRows = 16; ///< are not worth the preparations

/// Trees of more nodes are walked: asking every question of every row would cost more.
constexpr std::size_t mostNodes = 1024;

/// A node as the block needs it.
struct Step {
    std::uint32_t slot = 0; ///< of its column among those used
    std::uint32_t left = 0; ///< within the tree; 0 in a leaf
    float threshold = 0;
    float share = 0;
};

struct Tree {
    std::uint32_t root = 0;
    std::uint32_t size = 0;
};

/// into[i] = x[i] <= threshold ? left[i] : right[i], for every question of a tree from the last to the first: a parent
/// lies before its children, so that their answers are there when it needs them.
[[gnu::always_inline]] inline void answer(std::span<const Step> steps, const float* columns, float* answers)
{
    for (std::size_t node = steps.size(); node-- > 0;) {
        const Step& step = steps[node];
        if (step.left == 0)
            continue;
        const float threshold = step.threshold;
        const float* __restrict x = columns + step.slot * batch;
        const float* __restrict left = answers + step.left * lanes;
        const float* __restrict right = left + lanes;
        float* __restrict into = answers + node * lanes;
        for (std::size_t i = 0; i < lanes; ++i)
            into[i] = x[i] <= threshold ? left[i] : right[i];
    }
}

void onAny(std::span<const Step> steps, const float* columns, float* answers)
{
    answer(steps, columns, answers);
}

FLOWSCENT_FOR_AVX2 void onAvx2(std::span<const Step> steps, const float* columns, float* answers)
{
    answer(steps, columns, answers);
}

FLOWSCENT_FOR_AVX512 void onAvx512(std::span<const Step> steps, const float* columns, float* answers)
{
    answer(steps, columns, answers);
}

auto answerWith(base::Instructions set)
{
    switch (set) {
    case base::Instructions::Avx512:
        return &onAvx512;
    case base::Instructions::Avx2:
        return &onAvx2;
    case base::Instructions::Any:
        break;
    }
    return &onAny;
}

/// Asks every question of a small tree of many rows at a time, without a branch. Rows lie side by side in the lanes, so
/// none can touch another's share.
class BatchScorer {
public:
    BatchScorer(const Forest& forest, base::Instructions with)
        : m_forest(forest)
        , m_steps(forest.nodes.size())
        , m_answer(answerWith(with))
    {
        std::vector<std::uint32_t> slots(forest.columns);
        for (const ForestNode& node : forest.nodes) {
            if (node.left != 0 && std::exchange(slots[node.column], 1U) == 0)
                m_used.push_back(node.column);
        }
        std::ranges::sort(m_used);
        for (std::uint32_t slot = 0; slot < m_used.size(); ++slot)
            slots[m_used[slot]] = slot;
        std::uint32_t largest = 0;
        for (std::size_t tree = 0; tree < forest.roots.size(); ++tree) {
            const std::uint32_t root = forest.roots[tree];
            const auto end = tree + 1 < forest.roots.size() ? forest.roots[tree + 1]
                                                            : static_cast<std::uint32_t>(forest.nodes.size());
            m_trees.push_back({root, end - root});
            if (end - root <= mostNodes)
                largest = std::max(largest, end - root);
            for (std::uint32_t i = root; i < end; ++i) {
                const ForestNode& node = forest.nodes[i];
                m_steps[i] = {slots[node.column], node.left == 0 ? 0 : node.left - root, node.threshold, node.share};
            }
        }
        m_columns.resize(m_used.size() * batch);
        m_answers.resize(largest * lanes);
    }

    /// At most a batch: `count` rows from `first` on.
    void score(const Matrix& rows, std::size_t first, std::size_t count, std::span<double> shares)
    {
        layOut(rows, first, count);
        m_sums.assign(batch, 0.0);
        for (const Tree& tree : m_trees) {
            if (tree.size > mostNodes)
                walk(tree, rows, first, count);
            else
                ask(tree, count);
        }
        for (std::size_t i = 0; i < count; ++i)
            shares[first + i] = m_sums[i] / static_cast<double>(m_trees.size());
    }

private:
    void layOut(const Matrix& rows, std::size_t first, std::size_t count)
    {
        constexpr std::size_t together = 16; // rows that stay in the nearest cache
        for (std::size_t begin = 0; begin < count; begin += together) {
            const std::size_t end = std::min(begin + together, count);
            for (std::size_t slot = 0; slot < m_used.size(); ++slot) {
                const float* from = rows.values.data() + first * rows.columns + m_used[slot];
                float* into = m_columns.data() + slot * batch;
                for (std::size_t i = begin; i < end; ++i)
                    into[i] = from[i * rows.columns];
            }
        }
    }

    void ask(const Tree& tree, std::size_t count)
    {
        const std::span<const Step> steps(m_steps.data() + tree.root, tree.size);
        for (std::size_t node = 0; node < steps.size(); ++node) {
            if (steps[node].left == 0)
                std::fill_n(m_answers.data() + node * lanes, lanes, steps[node].share);
        }
        for (std::size_t begin = 0; begin < count; begin += lanes) {
            m_answer(steps, m_columns.data() + begin, m_answers.data());
            for (std::size_t i = 0; i < lanes; ++i)
                m_sums[begin + i] += double{m_answers[i]};
        }
    }

    void walk(const Tree& tree, const Matrix& rows, std::size_t first, std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i)
            m_sums[i] += double{leafOf(m_forest.nodes, tree.root, rows.row(first + i)).share};
    }

    const Forest& m_forest;
    std::vector<Step> m_steps;
    std::vector<Tree> m_trees;
    std::vector<std::uint32_t> m_used; ///< columns that a question is about
    decltype(&onAny) m_answer;
    std::vector<float> m_columns; ///< used columns x batch; behind the last row what was there before
    std::vector<float> m_answers; ///< nodes of a tree x lanes
    std::vector<double> m_sums;
};

double walkedShare(const Forest& forest, std::span<const float> row)
{
    double sum = 0;
    for (const std::uint32_t root : forest.roots)
        sum += double{leafOf(forest.nodes, root, row).share};
    return sum / static_cast<double>(forest.roots.size());
}

} // namespace

void forestShares(const Forest& forest, const Matrix& rows, std::size_t begin, std::size_t end,
                  std::span<double> shares, base::Instructions with)
{
    assert(rows.columns == forest.columns && end <= rows.rows && shares.size() == rows.rows);
    if (end - begin < fewRows) {
        for (std::size_t row = begin; row < end; ++row)
            shares[row] = walkedShare(forest, rows.row(row));
        return;
    }
    BatchScorer scorer(forest, with);
    for (std::size_t at = begin; at < end; at += batch)
        scorer.score(rows, at, std::min(batch, end - at), shares);
}

std::vector<double> forestShares(const Forest& forest, const Matrix& rows)
{
    std::vector<double> shares(rows.rows);
    forestShares(forest, rows, 0, rows.rows, shares);
    return shares;
}

} // namespace flowscent::learn
