// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/encoder_net.h"

#include "engine/features/feature_schema.h"

#include <cmath>
#include <vector>

namespace flowscent::learn {

using torch::Tensor;

namespace {

constexpr auto packets = static_cast<std::int64_t>(features::sequenceLength);
constexpr auto fields = static_cast<std::int64_t>(features::sequenceFields);
constexpr std::int64_t patches = packets / EncoderNet::patchPackets;
constexpr std::int64_t joined = 3 * EncoderNet::width; ///< mean, maximum, statistics

/// Every tensor by name with its shape; the order is that of the map, and so of initialisation.
std::map<std::string, std::vector<std::int64_t>> shapes()
{
    const auto statistics = static_cast<std::int64_t>(features::statisticDefinitions().size());
    constexpr std::int64_t w = EncoderNet::width;
    return {{"encoder.patch.weight", {w, EncoderNet::patchPackets * fields}},
            {"encoder.patch.bias", {w}},
            {"encoder.merge.weight", {w, 2 * w}},
            {"encoder.merge.bias", {w}},
            {"encoder.statistics1.weight", {w, statistics}},
            {"encoder.statistics1.bias", {w}},
            {"encoder.statistics2.weight", {w, w}},
            {"encoder.statistics2.bias", {w}},
            {"encoder.norm.weight", {joined}},
            {"encoder.norm.bias", {joined}},
            {"encoder.out.weight", {EncoderNet::embeddingSize, joined}},
            {"encoder.out.bias", {EncoderNet::embeddingSize}}};
}

} // namespace

EncoderNet EncoderNet::initialised()
{
    EncoderNet net;
    for (const auto& [name, shape] : shapes()) {
        Tensor tensor = torch::zeros(shape);
        if (name == "encoder.norm.weight")
            tensor.fill_(1);
        else if (shape.size() == 2)
            tensor.uniform_(-1, 1).mul_(std::sqrt(6.0 / static_cast<double>(shape[1]))); // He et al. 2015, fan-in
        net.parameters[name] = tensor;
    }
    return net;
}

base::Result<EncoderNet> EncoderNet::fromTensors(const base::TensorFile& file)
{
    EncoderNet net;
    for (const auto& [name, shape] : shapes()) {
        const auto found = file.tensors.find(name);
        if (found == file.tensors.end())
            return base::failure(base::Error::Code::Model, "the encoder's tensor '" + name + "' is missing");
        const std::vector<std::int64_t> stored(found->second.shape.begin(), found->second.shape.end());
        if (stored != shape)
            return base::failure(base::Error::Code::Model,
                                 "the encoder's tensor '" + name + "' has another shape than this version's");
        net.parameters[name] = torch::tensor(found->second.values).reshape(shape);
    }
    return net;
}

base::TensorFile EncoderNet::toTensors() const
{
    base::TensorFile file;
    for (const auto& [name, tensor] : parameters) {
        const Tensor plain = tensor.detach().contiguous();
        const float* values = plain.data_ptr<float>();
        file.tensors[name] = {{plain.sizes().begin(), plain.sizes().end()}, {values, values + plain.numel()}};
    }
    return file;
}

EncoderNet EncoderNet::detachedCopy() const
{
    EncoderNet copy;
    for (const auto& [name, tensor] : parameters)
        copy.parameters[name] = tensor.detach().clone();
    return copy;
}

Tensor EncoderNet::forward(const Tensor& sequences, const Tensor& statistics) const
{
    const auto linear = [this](const Tensor& input, const std::string& name) {
        return torch::linear(input, parameters.at(name + ".weight"), parameters.at(name + ".bias"));
    };
    const Tensor patched = linear(sequences.reshape({-1, patches, patchPackets * fields}), "encoder.patch").relu();
    const Tensor merged = linear(patched.reshape({-1, patches / 2, 2 * width}), "encoder.merge").relu();
    const Tensor described = linear(linear(statistics, "encoder.statistics1").relu(), "encoder.statistics2").relu();
    const Tensor all = torch::cat({merged.mean(1), merged.amax(1), described}, 1);
    const Tensor normed =
        torch::layer_norm(all, {joined}, parameters.at("encoder.norm.weight"), parameters.at("encoder.norm.bias"));
    return linear(normed, "encoder.out");
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
