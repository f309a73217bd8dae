// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/parameters.h"

#include <cmath>

namespace flowscent::learn {

using torch::Tensor;

namespace {

/// A vector of each task beside inputs of [tasks, ..., size].
Tensor alongTasks(const Tensor& vector, const Tensor& x)
{
    std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
    shape.front() = vector.size(0);
    shape.back() = vector.size(1);
    return vector.view(shape);
}

} // namespace

Parameters initialised(const Shapes& shapes, base::Rng& rng)
{
    Parameters parameters;
    for (const auto& [name, shape] : shapes) {
        Tensor tensor = torch::zeros(shape);
        if (name.ends_with(".weight") && shape.size() == 1) {
            tensor.fill_(1);
        } else if (name.ends_with(".weight") && shape.size() == 2) {
            const double bound = std::sqrt(6.0 / static_cast<double>(shape[1]));
            auto* values = tensor.data_ptr<float>();
            for (std::int64_t i = 0; i < tensor.numel(); ++i)
                values[i] = static_cast<float>(bound * (2 * rng.uniform() - 1));
        }
        parameters[name] = tensor;
    }
    return parameters;
}

Parameters detached(const Parameters& parameters)
{
    Parameters copy;
    for (const auto& [name, tensor] : parameters)
        copy[name] = tensor.detach().clone();
    return copy;
}

Parameters perTask(const Parameters& parameters, std::int64_t tasks)
{
    Parameters batched;
    for (const auto& [name, tensor] : parameters) {
        auto shape = tensor.sizes().vec();
        shape.insert(shape.begin(), tasks);
        batched[name] = tensor.unsqueeze(0).expand(shape);
    }
    return batched;
}

Parameters withPrefix(const Parameters& parameters, const std::string& prefix)
{
    Parameters chosen;
    for (auto found = parameters.lower_bound(prefix); found != parameters.end() && found->first.starts_with(prefix);
         ++found)
        chosen.insert(*found);
    return chosen;
}

Tensor linear(const Parameters& parameters, const std::string& name, const Tensor& x)
{
    const Tensor& weight = parameters.at(name + ".weight");
    const auto bias = parameters.find(name + ".bias");
    if (weight.dim() == 2)
        return torch::linear(x, weight, bias == parameters.end() ? Tensor() : bias->second);
    const std::int64_t tasks = weight.size(0);
    const Tensor rows = x.reshape({tasks, -1, x.size(-1)});
    const Tensor columns = weight.transpose(1, 2);
    const Tensor flat =
        bias == parameters.end() ? rows.bmm(columns) : torch::baddbmm(bias->second.unsqueeze(1), rows, columns);
    auto shape = x.sizes().vec();
    shape.back() = weight.size(1);
    return flat.reshape(shape);
}

Tensor layerNorm(const Parameters& parameters, const std::string& name, const Tensor& x)
{
    const Tensor& weight = parameters.at(name + ".weight");
    const Tensor& bias = parameters.at(name + ".bias");
    if (weight.dim() == 1)
        return torch::layer_norm(x, {x.size(-1)}, weight, bias);
    return torch::layer_norm(x, {x.size(-1)}) * alongTasks(weight, x) + alongTasks(bias, x);
}

base::Result<Parameters> fromTensors(const base::TensorFile& file, const Shapes& shapes)
{
    Parameters parameters;
    for (const auto& [name, shape] : shapes) {
        const auto found = file.tensors.find(name);
        if (found == file.tensors.end())
            return base::failure(base::Error::Code::Model, "the tensor '" + name + "' is missing");
        const std::vector<std::int64_t> stored(found->second.shape.begin(), found->second.shape.end());
        if (stored != shape)
            return base::failure(base::Error::Code::Model,
                                 "the tensor '" + name + "' has another shape than this version's");
        parameters[name] = torch::tensor(found->second.values).reshape(shape);
    }
    return parameters;
}

base::TensorFile toTensors(const Parameters& parameters)
{
    base::TensorFile file;
    for (const auto& [name, tensor] : parameters) {
        const Tensor plain = tensor.detach().contiguous();
        const float* values = plain.data_ptr<float>();
        file.tensors[name] = {{plain.sizes().begin(), plain.sizes().end()}, {values, values + plain.numel()}};
    }
    return file;
}

Tensor view(const base::Matrix& matrix)
{
    // from_blob wants a mutable pointer; nobody writes through it.
    auto* values = const_cast<float*>(matrix.values.data());
    return torch::from_blob(values,
                            {static_cast<std::int64_t>(matrix.rows), static_cast<std::int64_t>(matrix.columns)});
}

base::Matrix toMatrix(const Tensor& tensor)
{
    const Tensor plain = tensor.contiguous();
    base::Matrix matrix(static_cast<std::size_t>(plain.size(0)), static_cast<std::size_t>(plain.size(1)));
    std::copy_n(plain.data_ptr<float>(), matrix.values.size(), matrix.values.begin());
    return matrix;
}

} // namespace flowscent::learn
