// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/task_heads.h"

#include <cmath>

namespace flowscent::learn {

using torch::Tensor;

HeadTensors HeadTensors::of(const HeadParameters& parameters)
{
    return {torch::full({1}, std::log(parameters.ridgeLambda)), torch::full({1}, std::log(parameters.ridgeScale)),
            torch::full({1}, std::log(parameters.prototypeScale))};
}

HeadParameters HeadTensors::values() const
{
    return {std::exp(logLambda.item<double>()), std::exp(logRidgeScale.item<double>()),
            std::exp(logPrototypeScale.item<double>())};
}

Tensor ridgeLogits(const Tensor& support, const Tensor& oneHot, const Tensor& query, const HeadTensors& heads)
{
    const auto withOne = [](const Tensor& x) { return torch::cat({x, torch::ones({x.size(0), 1})}, 1); };
    const Tensor a = withOne(support);
    const Tensor gram = a.mm(a.t()) + heads.logLambda.exp() * torch::eye(a.size(0));
    const Tensor weights = a.t().mm(at::linalg_solve(gram, oneHot));
    return heads.logRidgeScale.exp() * withOne(query).mm(weights);
}

Tensor prototypeLogits(const Tensor& support, const Tensor& oneHot, const Tensor& query, const HeadTensors& heads)
{
    const Tensor means = oneHot.t().mm(support) / oneHot.sum(0).unsqueeze(1);
    const Tensor distances = (query.unsqueeze(1) - means.unsqueeze(0)).pow(2).sum(2);
    return -heads.logPrototypeScale.exp() / static_cast<double>(support.size(1)) * distances;
}

} // namespace flowscent::learn
