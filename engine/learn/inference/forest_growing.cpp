// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/inference/forest.h"

#include "engine/base/matrix_rows.h"
#include "engine/base/random.h"
#include "engine/learn/inference/forest_columns.h"
#include "engine/learn/inference/forest_cut.h"
#include "engine/learn/inference/out_of_bag_shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace flowscent::learn {

using base::Error;
using base::failure;
using base::Matrix;

namespace {

/// Examples of one class, as rows; nodes own ranges of it.
struct Members {
    std::vector<std::uint32_t> rows;
    std::vector<std::int32_t> draws; ///< of each of them
    double weight = 1;               ///< of a draw
};

struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
    [[nodiscard]] std::size_t size() const { return end - begin; }
};

/// A node that waits for its question.
struct Waiting {
    std::size_t node = 0;
    std::size_t depth = 0;
    Range threats;
    Range others;
};

struct Question {
    std::uint32_t column = 0;
    Cut cut;
};

class TreeGrower {
public:
    TreeGrower(const ForestColumns& columns, std::span<const std::uint8_t> isThreat, const ForestSettings& settings)
        : m_columns(columns)
        , m_isThreat(isThreat)
        , m_settings(settings)
        , m_order(columns.count)
        , m_draws(columns.rows)
    {
        if (settings.columnsPerNode > 0)
            m_perNode = settings.columnsPerNode;
        else
            m_perNode =
                std::max<std::size_t>(1, static_cast<std::size_t>(std::sqrt(static_cast<double>(columns.count))));
        m_balance = balanceOf(std::vector<std::int32_t>(columns.rows, 1));
    }

    /// How often the last tree drew each example.
    [[nodiscard]] std::span<const std::int32_t> draws() const { return m_draws; }

    /// A tree behind the others; false when it would not fit among maxForestNodes.
    [[nodiscard]] bool grow(std::vector<ForestNode>& nodes, base::Rng rng)
    {
        drawExamples(rng);
        std::iota(m_order.begin(), m_order.end(), 0U);
        m_waiting.clear();
        m_waiting.push_back({nodes.size(), 0, {0, m_threats.rows.size()}, {0, m_others.rows.size()}});
        nodes.emplace_back();
        for (std::size_t i = 0; i < m_waiting.size(); ++i) { // breadth first: children lie side by side
            const Waiting here = m_waiting[i];
            const std::optional<Question> question = settle(here, nodes[here.node], rng);
            if (!question)
                continue;
            if (nodes.size() + 2 > maxForestNodes)
                return false;
            ForestNode& node = nodes[here.node];
            node.column = question->column;
            node.threshold = question->cut.threshold;
            node.left = static_cast<std::uint32_t>(nodes.size());
            const auto keys = m_columns.column(question->column);
            const std::int32_t key = orderedKey(question->cut.threshold);
            const std::size_t threats = part(m_threats, here.threats, keys, key);
            const std::size_t others = part(m_others, here.others, keys, key);
            m_waiting.push_back(
                {nodes.size(), here.depth + 1, {here.threats.begin, threats}, {here.others.begin, others}});
            m_waiting.push_back(
                {nodes.size() + 1, here.depth + 1, {threats, here.threats.end}, {others, here.others.end}});
            nodes.resize(nodes.size() + 2);
        }
        return true;
    }

private:
    struct Balance {
        double threat = 1;
        double other = 1;
    };

    [[nodiscard]] Balance balanceOf(const std::vector<std::int32_t>& draws) const
    {
        if (m_settings.balance == ForestBalance::None)
            return {};
        double threats = 0;
        double all = 0;
        for (std::size_t row = 0; row < draws.size(); ++row) {
            threats += m_isThreat[row] != 0 ? draws[row] : 0;
            all += draws[row];
        }
        // A class without draws weighs what it likes.
        return {all / (2 * std::max(threats, 1.0)), all / (2 * std::max(all - threats, 1.0))};
    }

    void drawExamples(base::Rng& rng)
    {
        if (m_settings.extra) {
            std::ranges::fill(m_draws, 1);
        } else {
            std::ranges::fill(m_draws, 0);
            for (std::size_t i = 0; i < m_columns.rows; ++i)
                ++m_draws[rng.below(m_columns.rows)];
        }
        m_threats = {};
        m_others = {};
        for (std::uint32_t row = 0; row < m_draws.size(); ++row) {
            if (m_draws[row] == 0)
                continue;
            Members& mine = m_isThreat[row] != 0 ? m_threats : m_others;
            mine.rows.push_back(row);
            mine.draws.push_back(m_draws[row]);
        }
        const Balance balance = m_settings.balance == ForestBalance::EachTree ? balanceOf(m_draws) : m_balance;
        m_threats.weight = balance.threat;
        m_others.weight = balance.other;
    }

    /// Writes what is known of a node, and finds its question unless it is a leaf.
    std::optional<Question> settle(const Waiting& here, ForestNode& node, base::Rng& rng)
    {
        const std::int64_t threats = drawsIn(m_threats, here.threats);
        const std::int64_t others = drawsIn(m_others, here.others);
        const double threatWeight = static_cast<double>(threats) * m_threats.weight;
        node.examples = static_cast<std::uint32_t>(threats + others);
        node.share = static_cast<float>(threatWeight / (threatWeight + static_cast<double>(others) * m_others.weight));
        if (threats == 0 || others == 0 || here.depth == maxForestDepth)
            return std::nullopt;
        return ask(here, threats, others, rng);
    }

    static std::int64_t drawsIn(const Members& members, Range range)
    {
        return std::accumulate(members.draws.begin() + static_cast<std::ptrdiff_t>(range.begin),
                               members.draws.begin() + static_cast<std::ptrdiff_t>(range.end), std::int64_t{0});
    }

    /// The best cut of columnsPerNode columns, and, unless settings say no, of more while those were all constant.
    std::optional<Question> ask(const Waiting& here, std::int64_t threats, std::int64_t others, base::Rng& rng)
    {
        std::optional<Question> best;
        const bool goesOn = !m_settings.endsAtConstants;
        for (std::size_t seen = 0; seen < m_order.size() && (seen < m_perNode || (goesOn && !best)); ++seen) {
            std::swap(m_order[seen], m_order[seen + rng.below(m_order.size() - seen)]);
            const std::uint32_t column = m_order[seen];
            if (m_columns.isConstant[column])
                continue;
            const auto keys = m_columns.column(column);
            const ColumnGroup a = gather(m_threats, here.threats, keys, threats, m_threatKeys);
            const ColumnGroup b = gather(m_others, here.others, keys, others, m_otherKeys);
            const auto cut = m_settings.extra ? cutAt(rng.uniform(), a, b) : bestCut(a, b, m_space);
            if (cut && (!best || cut->purity > best->cut.purity))
                best = Question{column, *cut};
        }
        return best;
    }

    static ColumnGroup gather(const Members& members, Range range, std::span<const std::int32_t> column,
                              std::int64_t total, std::vector<std::int32_t>& keys)
    {
        keys.resize(range.size());
        for (std::size_t i = 0; i < keys.size(); ++i)
            keys[i] = column[members.rows[range.begin + i]];
        return {keys, std::span(members.draws).subspan(range.begin, range.size()), total, members.weight};
    }

    /// Moves the members up to `key` to the front, and says where the others begin.
    static std::size_t part(Members& members, Range range, std::span<const std::int32_t> column, std::int32_t key)
    {
        std::size_t left = range.begin;
        for (std::size_t i = range.begin; i < range.end; ++i) {
            if (column[members.rows[i]] > key)
                continue;
            std::swap(members.rows[i], members.rows[left]);
            std::swap(members.draws[i], members.draws[left]);
            ++left;
        }
        return left;
    }

    const ForestColumns& m_columns;
    std::span<const std::uint8_t> m_isThreat;
    const ForestSettings& m_settings;
    std::size_t m_perNode = 0;
    Balance m_balance;
    std::vector<std::uint32_t> m_order; ///< the columns, shuffled bit by bit
    std::vector<std::int32_t> m_draws;
    Members m_threats;
    Members m_others;
    std::vector<Waiting> m_waiting;
    std::vector<std::int32_t> m_threatKeys;
    std::vector<std::int32_t> m_otherKeys;
    CutSpace m_space;
};

base::Result<void> check(const Matrix& rows, std::span<const std::uint8_t> isThreat, const ForestSettings& settings)
{
    constexpr std::size_t mostExamples = (std::size_t{1} << 24U) - 1; // a float counts so far
    if (settings.trees == 0 || settings.trees > maxForestTrees)
        return failure(Error::Code::Argument, "a forest has 1 to " + std::to_string(maxForestTrees) + " trees");
    if (isThreat.size() != rows.rows)
        return failure(Error::Code::Support, "examples and classes differ in number");
    if (rows.rows == 0 || rows.columns == 0)
        return failure(Error::Code::Support, "there are no examples to learn from");
    if (rows.rows > mostExamples || rows.columns > maxForestColumns)
        return failure(Error::Code::Support, "there are more examples or columns than a forest can hold");
    const auto others = static_cast<std::size_t>(std::ranges::count(isThreat, 0));
    if (others == 0 || others == isThreat.size())
        return failure(Error::Code::Support, others == 0 ? "all examples are threats" : "no example is a threat");
    if (!base::allFinite(rows))
        return failure(Error::Code::Support, "an example holds a number that is not finite");
    return {};
}

base::Result<Forest> grown(const Matrix& rows, std::span<const std::uint8_t> isThreat, const ForestSettings& settings,
                           std::uint64_t seed, OutOfBagShares* outOfBag)
{
    if (auto sound = check(rows, isThreat, settings); !sound)
        return failure(sound.error());
    const ForestColumns columns(rows);
    TreeGrower grower(columns, isThreat, settings);
    const base::Rng rng(seed);
    Forest forest{.columns = static_cast<std::uint32_t>(rows.columns), .roots = {}, .nodes = {}};
    for (std::uint32_t tree = 0; tree < settings.trees; ++tree) {
        forest.roots.push_back(static_cast<std::uint32_t>(forest.nodes.size()));
        if (!grower.grow(forest.nodes, rng.fork(tree)))
            return failure(Error::Code::Support, "the examples need a larger forest than a detector may hold");
        if (outOfBag != nullptr)
            outOfBag->ask(forest.nodes, forest.roots.back(), grower.draws());
    }
    return forest;
}

} // namespace

base::Result<Forest> fitForest(const Matrix& rows, std::span<const std::uint8_t> isThreat,
                               const ForestSettings& settings, std::uint64_t seed)
{
    return grown(rows, isThreat, settings, seed, nullptr);
}

base::Result<ForestFit> fitForestOutOfBag(const Matrix& rows, std::span<const std::uint8_t> isThreat,
                                          const ForestSettings& settings, std::uint64_t seed)
{
    OutOfBagShares outOfBag(rows);
    auto forest = grown(rows, isThreat, settings, seed, &outOfBag);
    if (!forest)
        return failure(forest.error());
    return ForestFit{std::move(*forest), outOfBag.means()};
}

} // namespace flowscent::learn
