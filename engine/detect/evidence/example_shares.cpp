// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/evidence/example_shares.h"

#include "engine/detect/combined_logit.h"
#include "engine/learn/inference/ridge.h"

#include <algorithm>
#include <cmath>

namespace flowscent::detect {

using base::failure;

namespace {

constexpr double sameWeights = 1e-4; ///< share of the largest weight

} // namespace

base::Result<ExampleShares> ExampleShares::of(const learn::HeadExamples& examples,
                                              const learn::HeadParameters& parameters)
{
    if (examples.ways != 2)
        return failure(base::Error::Code::Support, "shares are of a threat and the rest, and of nothing else");
    if (auto sound = learn::fitHead(learn::HeadKind::Ridge, examples, parameters); !sound)
        return failure(sound.error());
    const std::size_t n = examples.embeddings.rows;
    const std::size_t d = examples.embeddings.columns;
    learn::DoubleRows design(n, d + 1);
    learn::DoubleRows target(1, n);
    std::vector<double> roots(n, 1.0);
    for (std::size_t i = 0; i < n; ++i) {
        if (!examples.weights.empty())
            roots[i] = std::sqrt(double{examples.weights[i]});
        std::ranges::transform(examples.embeddings.row(i), design.row(i),
                               [&](float value) { return roots[i] * double{value}; });
        design.row(i)[d] = roots[i];
        target.row(0)[i] = examples.classOf[i] == threatWay ? roots[i] : -roots[i];
    }
    const learn::DoubleRows solution = learn::ridgeSolution(design, target, parameters.ridgeLambda);
    ExampleShares shares;
    shares.m_embeddings = examples.embeddings;
    shares.m_weights.assign(solution.row(0), solution.row(0) + d + 1);
    for (std::size_t i = 0; i < n; ++i) {
        double left = target.row(0)[i];
        for (std::size_t k = 0; k <= d; ++k)
            left -= design.row(i)[k] * shares.m_weights[k];
        shares.m_factors.push_back(parameters.ridgeScale * left / parameters.ridgeLambda * roots[i]);
    }
    return shares;
}

std::vector<double> ExampleShares::shares(std::span<const float> embedding) const
{
    std::vector<double> all;
    for (std::size_t i = 0; i < m_factors.size(); ++i) {
        double alike = 1;
        const auto example = m_embeddings.row(i);
        for (std::size_t k = 0; k < embedding.size(); ++k)
            alike += double{example[k]} * double{embedding[k]};
        all.push_back(m_factors[i] * alike);
    }
    return all;
}

bool ExampleShares::explains(const learn::Head& head) const
{
    if (head.kind != learn::HeadKind::Ridge || head.ways != 2 || head.weights.rows != m_weights.size())
        return false;
    double largest = 0;
    double farthest = 0;
    for (std::size_t k = 0; k < m_weights.size(); ++k) {
        const double weight = double{head.weights.row(k)[threatWay]} - double{head.weights.row(k)[restWay]};
        largest = std::max(largest, std::abs(weight));
        farthest = std::max(farthest, std::abs(weight - m_weights[k]));
    }
    return farthest <= sameWeights * largest;
}

} // namespace flowscent::detect
