// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/encoders/encoder.h"

#include "engine/features/feature_schema.h"

/// A gated recurrent unit over packets; an absent packet leaves the state as it is. Torch's own cell takes no
/// task-batched parameters.
namespace flowscent::learn::encoders {

using torch::Tensor;

namespace {

Tensor summarise(const EncoderSpec& spec, const Parameters& parameters, const Tensor& packets, const Tensor& valid)
{
    const std::int64_t width = spec.width;
    const Tensor inputs = linear(parameters, "encoder.input", packets); // reset, update, candidate of every packet
    auto shape = packets.sizes().vec();
    shape.pop_back();
    shape.back() = width;
    Tensor state = torch::zeros(shape, packets.options());
    for (std::int64_t time = 0; time < packets.size(-2); ++time) {
        const auto fromInput = inputs.select(-2, time).chunk(3, -1);
        const auto fromState = linear(parameters, "encoder.state", state).chunk(3, -1);
        const Tensor reset = (fromInput[0] + fromState[0]).sigmoid();
        const Tensor update = (fromInput[1] + fromState[1]).sigmoid();
        const Tensor candidate = (fromInput[2] + reset * fromState[2]).tanh();
        const Tensor step = (1 - update) * valid.select(-1, time).unsqueeze(-1);
        state = state + step * (candidate - state);
    }
    return state;
}

} // namespace

Family gru()
{
    return {[](const EncoderSpec& spec, Shapes& shapes) {
                const std::int64_t width = spec.width;
                addLinear(shapes, "encoder.input", static_cast<std::int64_t>(features::sequenceFields), 3 * width);
                addLinear(shapes, "encoder.state", width, 3 * width);
            },
            [](const EncoderSpec& spec) { return static_cast<std::int64_t>(spec.width); }, summarise};
}

} // namespace flowscent::learn::encoders
