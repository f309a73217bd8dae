// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/encoders/encoder.h"

#include "engine/features/feature_schema.h"

/// `depth` convolutions over packets, kernel 3, stride 2, then mean and maximum over time. Windows are unfolded and go
/// through a linear map, so that task-batched kernels need no grouped convolution.
namespace flowscent::learn::encoders {

using torch::Tensor;

namespace {

constexpr std::int64_t kernel = 3;
constexpr std::int64_t stride = 2;

std::string layer(std::uint32_t index)
{
    return "encoder.convolution" + std::to_string(index + 1);
}

Tensor summarise(const EncoderSpec& spec, const Parameters& parameters, const Tensor& packets, const Tensor& /*valid*/)
{
    Tensor x = packets;
    for (std::uint32_t index = 0; index < spec.depth; ++index) {
        const Tensor padded = torch::constant_pad_nd(x, {0, 0, 1, 1});        // one packet on either side
        const Tensor windows = padded.unfold(-2, kernel, stride).flatten(-2); // [..., time, channels * kernel]
        x = linear(parameters, layer(index), windows).relu();
    }
    return torch::cat({x.mean(-2), x.amax(-2)}, -1);
}

} // namespace

Family cnn()
{
    return {[](const EncoderSpec& spec, Shapes& shapes) {
                for (std::uint32_t index = 0; index < spec.depth; ++index) {
                    const std::int64_t channels =
                        index == 0 ? static_cast<std::int64_t>(features::sequenceFields) : spec.width;
                    addLinear(shapes, layer(index), kernel * channels, spec.width);
                }
            },
            [](const EncoderSpec& spec) { return 2 * static_cast<std::int64_t>(spec.width); }, summarise};
}

} // namespace flowscent::learn::encoders
