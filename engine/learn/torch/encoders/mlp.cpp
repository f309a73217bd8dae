// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/encoders/encoder.h"

#include "engine/features/feature_schema.h"

/// All packets as one long row through `depth` hidden layers.
namespace flowscent::learn::encoders {

using torch::Tensor;

namespace {

constexpr auto rowSize = static_cast<std::int64_t>(features::sequenceLength * features::sequenceFields);

std::string layer(std::uint32_t index)
{
    return "encoder.hidden" + std::to_string(index + 1);
}

Tensor summarise(const EncoderSpec& spec, const Parameters& parameters, const Tensor& packets, const Tensor& /*valid*/)
{
    Tensor x = packets.flatten(-2);
    for (std::uint32_t index = 0; index < spec.depth; ++index)
        x = linear(parameters, layer(index), x).relu();
    return x;
}

} // namespace

Family mlp()
{
    return {[](const EncoderSpec& spec, Shapes& shapes) {
                for (std::uint32_t index = 0; index < spec.depth; ++index)
                    addLinear(shapes, layer(index), index == 0 ? rowSize : spec.width, spec.width);
            },
            [](const EncoderSpec& spec) { return static_cast<std::int64_t>(spec.width); }, summarise};
}

} // namespace flowscent::learn::encoders
