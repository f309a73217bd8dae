// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/inference/head.h"

#include "engine/base/matrix_rows.h"
#include "engine/learn/inference/ridge.h"
#include "engine/learn/inference/row_kernels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace flowscent::learn {

using base::Error;
using base::failure;
using base::Matrix;

namespace {

constexpr std::array<std::string_view, 3> headNames{"ridge", "prototype", "nearest"};

/// Each example's weight enters design and targets as its root.
double rootWeight(const HeadExamples& examples, std::size_t index)
{
    return examples.weights.empty() ? 1.0 : std::sqrt(double{examples.weights[index]});
}

/// The examples with a constant 1 appended, each row times the root of its weight: n x (d + 1).
DoubleRows design(const HeadExamples& examples)
{
    const std::size_t d = examples.embeddings.columns;
    DoubleRows rows(examples.embeddings.rows, d + 1);
    for (std::size_t i = 0; i < rows.rows; ++i) {
        const double root = rootWeight(examples, i);
        const auto from = examples.embeddings.row(i);
        std::ranges::transform(from, rows.row(i), [root](float value) { return root * double{value}; });
        rows.row(i)[d] = root;
    }
    return rows;
}

/// One-hot targets times the root of the weight, transposed: ways x n.
DoubleRows targets(const HeadExamples& examples)
{
    DoubleRows rows(examples.ways, examples.embeddings.rows);
    for (std::size_t i = 0; i < rows.columns; ++i)
        rows.row(examples.classOf[i])[i] = rootWeight(examples, i);
    return rows;
}

Matrix ridge(const HeadExamples& examples, double lambda)
{
    const DoubleRows solution = ridgeSolution(design(examples), targets(examples), lambda);
    Matrix weights(solution.columns, solution.rows);
    for (std::size_t way = 0; way < solution.rows; ++way) {
        for (std::size_t i = 0; i < solution.columns; ++i)
            weights.row(i)[way] = static_cast<float>(solution.row(way)[i]);
    }
    return weights;
}

Matrix prototypes(const HeadExamples& examples)
{
    const std::size_t d = examples.embeddings.columns;
    std::vector<double> sums(examples.ways * d);
    std::vector<double> totals(examples.ways);
    for (std::size_t i = 0; i < examples.embeddings.rows; ++i) {
        const double weight = examples.weights.empty() ? 1.0 : double{examples.weights[i]};
        const std::size_t way = examples.classOf[i];
        totals[way] += weight;
        for (std::size_t j = 0; j < d; ++j)
            sums[way * d + j] += weight * examples.embeddings.row(i)[j];
    }
    Matrix means(examples.ways, d);
    for (std::size_t i = 0; i < sums.size(); ++i)
        means.values[i] = static_cast<float>(sums[i] / totals[i / d]);
    return means;
}

base::Result<void> check(const HeadExamples& examples)
{
    const std::size_t n = examples.embeddings.rows;
    if (n == 0 || examples.ways == 0 || examples.embeddings.columns == 0)
        return failure(Error::Code::Support, "there are no examples to learn from");
    if (examples.classOf.size() != n || (!examples.weights.empty() && examples.weights.size() != n))
        return failure(Error::Code::Support, "examples, classes and weights differ in number");
    std::vector<bool> seen(examples.ways);
    for (const std::uint16_t way : examples.classOf) {
        if (way >= examples.ways)
            return failure(Error::Code::Support, "an example belongs to a class beyond the task's");
        seen[way] = true;
    }
    if (std::ranges::find(seen, false) != seen.end())
        return failure(Error::Code::Support, "a class of the task has no example");
    if (!base::allFinite(examples.embeddings))
        return failure(Error::Code::Support, "an example's embedding holds a number that is not finite");
    if (!std::ranges::all_of(examples.weights, [](float weight) { return std::isfinite(weight) && weight > 0; }))
        return failure(Error::Code::Support, "an example's weight is not a positive number");
    return {};
}

/// What scores a block of flows at a time. The flows lie side by side in the lanes and the head's few rows run over
/// them, so that nothing is wasted on heads of two ways, and the nearest example of a class is found for all lanes at
/// once.
class BlockScorer {
public:
    explicit BlockScorer(const Head& head)
        : m_head(head)
        , m_rows(head.kind == HeadKind::Ridge ? transposedWeights(head) : head.weights)
        , m_lanes(m_rows.columns * block)
        , m_found(m_rows.rows, block)
    {
        for (std::size_t row = 0; row < m_rows.rows; ++row) {
            m_from.push_back(m_rows.row(row).data());
            m_into.push_back(m_found.row(row).data());
        }
    }

    static constexpr std::size_t block = 64;

    /// At most a block: `count` rows from `first` on.
    void score(const Matrix& embeddings, std::size_t first, std::size_t count, Matrix& logits)
    {
        for (std::size_t row = 0; row < count; ++row) {
            const auto from = embeddings.row(first + row);
            for (std::size_t i = 0; i < from.size(); ++i)
                m_lanes[i * block + row] = from[i];
        }
        const Lanes lanes{m_lanes.data(), m_rows.columns, block};
        if (m_head.kind == HeadKind::Ridge) {
            eachRow(RowOperation::Product, m_from, lanes, m_zeros.data(), m_into);
            linearLogits(first, count, logits);
        } else {
            eachRow(RowOperation::SquaredDistance, m_from, lanes, nullptr, m_into);
            distanceLogits(first, count, logits);
        }
    }

private:
    static Matrix transposedWeights(const Head& head)
    {
        Matrix rows(head.ways, head.weights.rows - 1);
        for (std::size_t way = 0; way < rows.rows; ++way) {
            for (std::size_t i = 0; i < rows.columns; ++i)
                rows.row(way)[i] = head.weights.row(i)[way];
        }
        return rows;
    }

    void linearLogits(std::size_t first, std::size_t count, Matrix& logits) const
    {
        const auto bias = m_head.weights.row(m_rows.columns);
        const auto scale = static_cast<float>(m_head.scale);
        for (std::size_t way = 0; way < m_rows.rows; ++way) {
            for (std::size_t row = 0; row < count; ++row)
                logits.row(first + row)[way] = (m_found.row(way)[row] + bias[way]) * scale;
        }
    }

    void distanceLogits(std::size_t first, std::size_t count, Matrix& logits)
    {
        const auto factor = static_cast<float>(m_head.scale / static_cast<double>(m_rows.columns));
        m_best.assign(std::size_t{m_head.ways} * block, -std::numeric_limits<float>::max());
        for (std::size_t example = 0; example < m_rows.rows; ++example) {
            const float* distances = m_found.row(example).data();
            float* best = &m_best[m_head.classOf[example] * block];
            for (std::size_t row = 0; row < block; ++row) {
                const float logit = -factor * distances[row];
                best[row] = best[row] < logit ? logit : best[row];
            }
        }
        for (std::size_t way = 0; way < m_head.ways; ++way) {
            for (std::size_t row = 0; row < count; ++row)
                logits.row(first + row)[way] = m_best[way * block + row];
        }
    }

    const Head& m_head;
    Matrix m_rows;              ///< ways x d of a ridge, else the stored examples
    std::vector<float> m_lanes; ///< d x block: the flows, transposed; behind the last flow what was there before
    Matrix m_found;             ///< a row for each of m_rows, a column per flow
    std::vector<float> m_best;  ///< ways x block
    std::vector<const float*> m_from;
    std::vector<float*> m_into;
    std::array<float, block> m_zeros{};
};

} // namespace

std::string_view text(HeadKind kind)
{
    return headNames[static_cast<std::size_t>(kind)];
}

base::Result<HeadKind> parseHead(std::string_view name)
{
    const auto* found = std::ranges::find(headNames, name);
    if (found == headNames.end())
        return failure(Error::Code::Argument,
                       "there is no head '" + std::string(name) + "'; there are ridge, prototype and nearest");
    return static_cast<HeadKind>(found - headNames.begin());
}

base::Result<Head> fitHead(HeadKind kind, const HeadExamples& examples, const HeadParameters& parameters)
{
    if (auto sound = check(examples); !sound)
        return failure(sound.error());
    Head head{.kind = kind, .weights = {}, .classOf = {}, .ways = examples.ways};
    switch (kind) {
    case HeadKind::Ridge:
        head.weights = ridge(examples, parameters.ridgeLambda);
        head.scale = parameters.ridgeScale;
        break;
    case HeadKind::Prototype:
        head.weights = prototypes(examples);
        for (std::uint16_t way = 0; way < examples.ways; ++way)
            head.classOf.push_back(way);
        head.scale = parameters.prototypeScale;
        break;
    case HeadKind::NearestNeighbour:
        head.weights = examples.embeddings;
        head.classOf = examples.classOf;
        head.scale = parameters.prototypeScale;
        break;
    }
    return head;
}

Matrix scores(const Head& head, const Matrix& embeddings)
{
    Matrix logits(embeddings.rows, head.ways);
    scoreRows(head, embeddings, 0, embeddings.rows, logits);
    return logits;
}

void scoreRows(const Head& head, const Matrix& embeddings, std::size_t begin, std::size_t end, Matrix& logits)
{
    if (begin == end)
        return;
    BlockScorer scorer(head);
    for (std::size_t at = begin; at < end; at += BlockScorer::block)
        scorer.score(embeddings, at, std::min(BlockScorer::block, end - at), logits);
}

} // namespace flowscent::learn
