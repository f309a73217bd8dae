// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/encoders/encoder.h"

#include "engine/features/feature_schema.h"

#include <cmath>

/// Pre-norm self-attention over packets; absent packets are neither looked at nor counted. A learned first token stands
/// before them, so that a flow without packets has something to attend to; its final state is the summary.
namespace flowscent::learn::encoders {

using torch::Tensor;

namespace {

constexpr auto packetsLooked = static_cast<std::int64_t>(features::sequenceLength);
constexpr double unseen = -1e9; ///< as a logit

std::int64_t headsOf(const EncoderSpec& spec)
{
    return spec.width % 4 == 0 && spec.width >= 64 ? 4 : (spec.width % 2 == 0 ? 2 : 1);
}

std::string block(std::uint32_t index, const char* part)
{
    return "encoder.block" + std::to_string(index + 1) + '.' + part;
}

/// A learned constant of the network, [1, size] (or [tasks, 1, size]), beside x of [..., time, size].
Tensor constant(const Parameters& parameters, const std::string& name, const Tensor& x)
{
    Tensor value = parameters.at(name);
    while (value.dim() < x.dim()) // per-task constants keep their task in front
        value = value.dim() > 2 ? value.unsqueeze(1) : value.unsqueeze(0);
    return value;
}

Tensor attend(const EncoderSpec& spec, const Parameters& parameters, std::uint32_t index, const Tensor& x,
              const Tensor& bias)
{
    const std::int64_t heads = headsOf(spec);
    const std::int64_t size = static_cast<std::int64_t>(spec.width) / heads;
    auto split = x.sizes().vec();
    split.back() = heads;
    split.push_back(size);
    const auto parts = linear(parameters, block(index, "attention"), x).chunk(3, -1);
    const auto byHead = [&](const Tensor& part) { return part.reshape(split).transpose(-3, -2); };
    const Tensor logits = byHead(parts[0]).matmul(byHead(parts[1]).transpose(-2, -1)) / std::sqrt(double(size));
    const Tensor weights = (logits + bias).softmax(-1);
    const Tensor joined = weights.matmul(byHead(parts[2])).transpose(-3, -2).reshape(x.sizes());
    return linear(parameters, block(index, "joined"), joined);
}

Tensor summarise(const EncoderSpec& spec, const Parameters& parameters, const Tensor& packets, const Tensor& valid)
{
    const Tensor tokens = linear(parameters, "encoder.input", packets);
    const Tensor placed = tokens + constant(parameters, "encoder.position", tokens);
    auto first = tokens.sizes().vec();
    first.end()[-2] = 1;
    Tensor x = torch::cat({constant(parameters, "encoder.first", tokens).expand(first), placed}, -2);
    const Tensor seen = torch::constant_pad_nd(valid, {1, 0}, 1);
    const Tensor bias = ((1 - seen) * unseen).unsqueeze(-2).unsqueeze(-2); // [..., head, asking, asked]
    for (std::uint32_t index = 0; index < spec.depth; ++index) {
        x = x + attend(spec, parameters, index, layerNorm(parameters, block(index, "norm1"), x), bias);
        const Tensor inner =
            linear(parameters, block(index, "wide"), layerNorm(parameters, block(index, "norm2"), x)).relu();
        x = x + linear(parameters, block(index, "narrow"), inner);
    }
    return x.select(-2, 0);
}

void addShapes(const EncoderSpec& spec, Shapes& shapes)
{
    const std::int64_t width = spec.width;
    addLinear(shapes, "encoder.input", static_cast<std::int64_t>(features::sequenceFields), width);
    shapes["encoder.position"] = {packetsLooked, width};
    shapes["encoder.first"] = {1, width};
    for (std::uint32_t index = 0; index < spec.depth; ++index) {
        addNorm(shapes, block(index, "norm1"), width);
        addLinear(shapes, block(index, "attention"), width, 3 * width);
        addLinear(shapes, block(index, "joined"), width, width);
        addNorm(shapes, block(index, "norm2"), width);
        addLinear(shapes, block(index, "wide"), width, 2 * width);
        addLinear(shapes, block(index, "narrow"), 2 * width, width);
    }
}

} // namespace

Family transformer()
{
    return {addShapes, [](const EncoderSpec& spec) { return static_cast<std::int64_t>(spec.width); }, summarise};
}

} // namespace flowscent::learn::encoders
