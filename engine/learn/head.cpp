// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/head.h"

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

/// Square matrix in double precision, row-major, for the closed form.
struct Square {
    std::size_t size;
    std::vector<double> values;

    explicit Square(std::size_t n)
        : size(n)
        , values(n * n)
    {
    }
    double& at(std::size_t row, std::size_t column) { return values[row * size + column]; }
};

/// Solves A X = B for a symmetric positive definite A by Cholesky, in place in B (size x columns).
void solve(Square& a, std::vector<double>& b, std::size_t columns)
{
    const std::size_t n = a.size;
    for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t k = 0; k < j; ++k)
            a.at(j, j) -= a.at(j, k) * a.at(j, k);
        a.at(j, j) = std::sqrt(std::max(a.at(j, j), 1e-12));
        for (std::size_t i = j + 1; i < n; ++i) {
            for (std::size_t k = 0; k < j; ++k)
                a.at(i, j) -= a.at(i, k) * a.at(j, k);
            a.at(i, j) /= a.at(j, j);
        }
    }
    for (std::size_t column = 0; column < columns; ++column) {
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t k = 0; k < i; ++k)
                b[i * columns + column] -= a.at(i, k) * b[k * columns + column];
            b[i * columns + column] /= a.at(i, i);
        }
        for (std::size_t i = n; i-- > 0;) {
            for (std::size_t k = i + 1; k < n; ++k)
                b[i * columns + column] -= a.at(k, i) * b[k * columns + column];
            b[i * columns + column] /= a.at(i, i);
        }
    }
}

/// The examples with a constant 1 appended, each row times the root of its weight: n x (d + 1).
std::vector<double> design(const HeadExamples& examples)
{
    const std::size_t width = examples.embeddings.columns + 1;
    std::vector<double> rows(examples.embeddings.rows * width);
    for (std::size_t i = 0; i < examples.embeddings.rows; ++i) {
        const double root = examples.weights.empty() ? 1.0 : std::sqrt(double{examples.weights[i]});
        const auto row = examples.embeddings.row(i);
        for (std::size_t j = 0; j + 1 < width; ++j)
            rows[i * width + j] = root * row[j];
        rows[i * width + width - 1] = root;
    }
    return rows;
}

/// One-hot targets times the root of the weight: n x ways.
std::vector<double> targets(const HeadExamples& examples)
{
    std::vector<double> rows(examples.embeddings.rows * examples.ways);
    for (std::size_t i = 0; i < examples.embeddings.rows; ++i)
        rows[i * examples.ways + examples.classOf[i]] =
            examples.weights.empty() ? 1.0 : std::sqrt(double{examples.weights[i]});
    return rows;
}

double dot(const double* a, const double* b, std::size_t n)
{
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
        sum += a[i] * b[i];
    return sum;
}

/// W = A'(AA' + lambda I)^-1 Y, cheap while there are fewer examples than dimensions.
std::vector<double> solveInExamples(const std::vector<double>& a, std::vector<double> y, std::size_t n,
                                    std::size_t width, std::size_t ways, double lambda)
{
    Square gram(n);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j)
            gram.at(i, j) = gram.at(j, i) = dot(&a[i * width], &a[j * width], width) + (i == j ? lambda : 0.0);
    }
    solve(gram, y, ways);
    std::vector<double> weights(width * ways);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < width; ++j) {
            for (std::size_t way = 0; way < ways; ++way)
                weights[j * ways + way] += a[i * width + j] * y[i * ways + way];
        }
    }
    return weights;
}

/// W = (A'A + lambda I)^-1 A'Y, cheap once there are more examples than dimensions.
std::vector<double> solveInDimensions(const std::vector<double>& a, const std::vector<double>& y, std::size_t n,
                                      std::size_t width, std::size_t ways, double lambda)
{
    Square moment(width);
    std::vector<double> right(width * ways);
    for (std::size_t i = 0; i < n; ++i) {
        const double* row = &a[i * width];
        for (std::size_t j = 0; j < width; ++j) {
            for (std::size_t k = 0; k <= j; ++k)
                moment.at(j, k) += row[j] * row[k];
            for (std::size_t way = 0; way < ways; ++way)
                right[j * ways + way] += row[j] * y[i * ways + way];
        }
    }
    for (std::size_t j = 0; j < width; ++j) {
        moment.at(j, j) += lambda;
        for (std::size_t k = 0; k < j; ++k)
            moment.at(k, j) = moment.at(j, k);
    }
    solve(moment, right, ways);
    return right;
}

Matrix ridge(const HeadExamples& examples, double lambda)
{
    const std::size_t n = examples.embeddings.rows;
    const std::size_t width = examples.embeddings.columns + 1;
    const auto a = design(examples);
    const auto y = targets(examples);
    const auto solution = n < width ? solveInExamples(a, y, n, width, examples.ways, lambda)
                                    : solveInDimensions(a, y, n, width, examples.ways, lambda);
    Matrix weights(width, examples.ways);
    std::ranges::transform(solution, weights.values.begin(), [](double value) { return static_cast<float>(value); });
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
    const auto finite = [](float value) { return std::isfinite(value); };
    if (!std::ranges::all_of(examples.embeddings.values, finite))
        return failure(Error::Code::Support, "an example's embedding holds a number that is not finite");
    if (!std::ranges::all_of(examples.weights, [](float weight) { return std::isfinite(weight) && weight > 0; }))
        return failure(Error::Code::Support, "an example's weight is not a positive number");
    return {};
}

float squaredDistance(std::span<const float> a, std::span<const float> b)
{
    float sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

void linearLogits(const Head& head, std::span<const float> row, std::span<float> logits)
{
    const std::size_t d = row.size();
    std::ranges::copy(head.weights.row(d), logits.begin());
    for (std::size_t j = 0; j < d; ++j) {
        const auto weights = head.weights.row(j);
        for (std::size_t way = 0; way < logits.size(); ++way)
            logits[way] += row[j] * weights[way];
    }
    for (float& logit : logits)
        logit *= static_cast<float>(head.scale);
}

void distanceLogits(const Head& head, std::span<const float> row, std::span<float> logits)
{
    std::ranges::fill(logits, -std::numeric_limits<float>::max());
    const auto factor = static_cast<float>(head.scale / static_cast<double>(row.size()));
    for (std::size_t i = 0; i < head.weights.rows; ++i) {
        float& logit = logits[head.classOf[i]];
        logit = std::max(logit, -factor * squaredDistance(row, head.weights.row(i)));
    }
}

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
    for (std::size_t row = 0; row < embeddings.rows; ++row) {
        if (head.kind == HeadKind::Ridge)
            linearLogits(head, embeddings.row(row), logits.row(row));
        else
            distanceLogits(head, embeddings.row(row), logits.row(row));
    }
    return logits;
}

} // namespace flowscent::learn
