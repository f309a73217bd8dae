// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/torch_tasks.h"

namespace flowscent::test {

using learn::Parameters;
using torch::Tensor;

Tensor normals(const std::vector<std::int64_t>& shape, base::Rng& rng)
{
    Tensor tensor = torch::empty(shape, torch::kDouble);
    auto* values = tensor.data_ptr<double>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        values[i] = rng.normal();
    return tensor;
}

learn::Body smoothBody(std::int64_t embeddingSize)
{
    return {[](const Parameters& parameters, const Tensor& x) {
                return learn::linear(parameters, "encoder.b", learn::linear(parameters, "encoder.a", x).tanh());
            },
            embeddingSize};
}

Parameters smoothParameters(std::int64_t features, std::int64_t hidden, std::int64_t embeddingSize, std::uint64_t seed)
{
    base::Rng rng(seed);
    Parameters parameters{{"encoder.a.weight", 0.5 * normals({hidden, features}, rng)},
                          {"encoder.a.bias", 0.1 * normals({hidden}, rng)},
                          {"encoder.b.weight", 0.5 * normals({embeddingSize, hidden}, rng)},
                          {"encoder.b.bias", 0.1 * normals({embeddingSize}, rng)}};
    return parameters;
}

learn::TaskBatch gaussianTasks(const TaskShape& shape, std::uint64_t seed)
{
    base::Rng rng(seed);
    const Tensor centres = shape.apart * normals({shape.tasks, shape.ways, 1, shape.features}, rng);
    const auto drawn = [&](std::int64_t each) {
        return (centres + normals({shape.tasks, shape.ways, each, shape.features}, rng)).flatten(1, 2);
    };
    const auto labels = [&](std::int64_t each) {
        return torch::arange(shape.ways).repeat_interleave(each).expand({shape.tasks, shape.ways * each}).contiguous();
    };
    learn::TaskBatch batch{.ways = shape.ways,
                           .support = drawn(shape.shots),
                           .supportWay = labels(shape.shots),
                           .query = drawn(shape.queries),
                           .queryWay = labels(shape.queries)};
    batch.supportClass = batch.supportWay;
    batch.queryClass = batch.queryWay;
    return batch;
}

Parameters inDouble(const Parameters& parameters)
{
    Parameters copy;
    for (const auto& [name, tensor] : parameters)
        copy[name] = tensor.to(torch::kDouble).detach().clone();
    return copy;
}

learn::MetaModel modelFor(const learn::FewShotMethod& method, std::int64_t features, std::uint64_t seed)
{
    constexpr std::int64_t embeddingSize = 5;
    base::Rng rng(seed);
    learn::MetaModel model{smoothBody(embeddingSize), smoothParameters(features, 7, embeddingSize, seed)};
    Parameters own = inDouble(method.initial({model.parameters, embeddingSize, 8}, rng));
    model.parameters.merge(own);
    for (auto& [name, tensor] : model.parameters)
        tensor.requires_grad_();
    return model;
}

Parameters gradientOf(const Tensor& loss, const Parameters& parameters)
{
    std::vector<Tensor> tensors;
    for (const auto& [name, tensor] : parameters)
        tensors.push_back(tensor);
    const auto gradients = torch::autograd::grad({loss}, tensors, {}, true, false, true);
    Parameters named;
    std::size_t index = 0;
    for (const auto& [name, tensor] : parameters) {
        const Tensor& gradient = gradients[index++];
        named[name] = gradient.defined() ? gradient : torch::zeros_like(tensor);
    }
    return named;
}

} // namespace flowscent::test
