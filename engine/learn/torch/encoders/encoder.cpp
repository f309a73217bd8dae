// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/encoders/encoder.h"

#include "engine/features/feature_schema.h"

namespace flowscent::learn {

using torch::Tensor;

namespace encoders {

void addLinear(Shapes& shapes, const std::string& name, std::int64_t from, std::int64_t to)
{
    shapes[name + ".weight"] = {to, from};
    shapes[name + ".bias"] = {to};
}

void addNorm(Shapes& shapes, const std::string& name, std::int64_t size)
{
    shapes[name + ".weight"] = {size};
    shapes[name + ".bias"] = {size};
}

namespace {

constexpr auto packets = static_cast<std::int64_t>(features::sequenceLength);
constexpr auto fields = static_cast<std::int64_t>(features::sequenceFields);

std::int64_t statistics()
{
    return static_cast<std::int64_t>(features::statisticDefinitions().size());
}

Family familyOf(EncoderKind kind)
{
    switch (kind) {
    case EncoderKind::Mlp:
        return mlp();
    case EncoderKind::Cnn:
        return cnn();
    case EncoderKind::Gru:
        return gru();
    case EncoderKind::Transformer:
        return transformer();
    case EncoderKind::PatchConv:
        break;
    }
    return patchConv();
}

} // namespace

} // namespace encoders

std::int64_t inputSize()
{
    return encoders::packets * encoders::fields + encoders::statistics();
}

Tensor inputsOf(const features::FeatureSet& scaled)
{
    return torch::cat({view(scaled.sequences), view(scaled.statistics)}, 1);
}

Shapes encoderShapes(const EncoderSpec& spec)
{
    const std::int64_t width = spec.width;
    const encoders::Family family = encoders::familyOf(spec.kind);
    const std::int64_t joined = family.summarySize(spec) + width;
    Shapes shapes;
    family.addShapes(spec, shapes);
    encoders::addLinear(shapes, "encoder.statistics1", encoders::statistics(), width);
    encoders::addLinear(shapes, "encoder.statistics2", width, width);
    encoders::addNorm(shapes, "encoder.norm", joined);
    encoders::addLinear(shapes, "encoder.out", joined, spec.embeddingSize);
    return shapes;
}

Tensor encode(const EncoderSpec& spec, const Parameters& parameters, const Tensor& x)
{
    using namespace encoders;
    auto shape = x.sizes().vec();
    shape.back() = packets;
    shape.push_back(fields);
    const Tensor sequence = x.narrow(-1, 0, packets * fields).reshape(shape);
    const Tensor valid = sequence.select(-1, fields - 1);
    const Tensor summary = familyOf(spec.kind).summarise(spec, parameters, sequence, valid);
    const Tensor numbers = x.narrow(-1, packets * fields, statistics());
    const Tensor described =
        linear(parameters, "encoder.statistics2", linear(parameters, "encoder.statistics1", numbers).relu()).relu();
    return linear(parameters, "encoder.out",
                  layerNorm(parameters, "encoder.norm", torch::cat({summary, described}, -1)));
}

} // namespace flowscent::learn
