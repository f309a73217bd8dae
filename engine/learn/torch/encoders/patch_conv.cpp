// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/encoders/encoder.h"

#include "engine/features/feature_schema.h"

/// Eight patches of four packets through a shared linear map, neighbours merged, mean and maximum over time.
namespace flowscent::learn::encoders {

using torch::Tensor;

namespace {

constexpr auto patchSize = patchPackets * static_cast<std::int64_t>(features::sequenceFields);
constexpr auto patches = static_cast<std::int64_t>(features::sequenceLength) / patchPackets;

Tensor summarise(const EncoderSpec& spec, const Parameters& parameters, const Tensor& packets, const Tensor& /*valid*/)
{
    auto shape = packets.sizes().vec();
    shape.end()[-2] = patches;
    shape.back() = patchSize;
    const Tensor patched = linear(parameters, "encoder.patch", packets.reshape(shape)).relu();
    shape.end()[-2] = patches / 2;
    shape.back() = 2 * static_cast<std::int64_t>(spec.width);
    const Tensor merged = linear(parameters, "encoder.merge", patched.reshape(shape)).relu();
    return torch::cat({merged.mean(-2), merged.amax(-2)}, -1);
}

} // namespace

Family patchConv()
{
    return {[](const EncoderSpec& spec, Shapes& shapes) {
                addLinear(shapes, "encoder.patch", patchSize, spec.width);
                addLinear(shapes, "encoder.merge", 2 * static_cast<std::int64_t>(spec.width), spec.width);
            },
            [](const EncoderSpec& spec) { return 2 * static_cast<std::int64_t>(spec.width); }, summarise};
}

} // namespace flowscent::learn::encoders
