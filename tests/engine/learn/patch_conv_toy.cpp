// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/patch_conv_toy.h"

#include "engine/base/random.h"
#include "engine/features/feature_schema.h"

#include <algorithm>
#include <cmath>

namespace flowscent::test {

base::TensorFile patchConvWeights(std::size_t width, std::size_t embeddingSize, std::uint64_t seed)
{
    base::Rng rng(seed);
    base::TensorFile file;
    const auto put = [&](const std::string& name, std::vector<std::uint64_t> shape, double centre, double spread) {
        base::TensorFile::Tensor tensor{std::move(shape), {}};
        std::size_t size = 1;
        for (const std::uint64_t length : tensor.shape)
            size *= length;
        for (std::size_t i = 0; i < size; ++i)
            tensor.values.push_back(static_cast<float>(centre + spread * rng.normal()));
        file.tensors[name] = std::move(tensor);
    };
    const auto linear = [&](const std::string& name, std::size_t outputs, std::size_t inputs) {
        put(name + ".weight", {outputs, inputs}, 0, std::sqrt(2.0 / static_cast<double>(inputs)));
        put(name + ".bias", {outputs}, 0, 0.3);
    };
    linear("encoder.patch", width, 4 * features::sequenceFields);
    linear("encoder.merge", width, 2 * width);
    linear("encoder.statistics1", width, features::statisticDefinitions().size());
    linear("encoder.statistics2", width, width);
    put("encoder.norm.weight", {3 * width}, 1, 0.2);
    put("encoder.norm.bias", {3 * width}, 0, 0.2);
    linear("encoder.out", embeddingSize, 3 * width);
    return file;
}

features::FeatureSet scaledFlows(std::size_t flows)
{
    constexpr std::size_t fields = features::sequenceFields;
    features::FeatureSet set{base::Matrix(flows, features::sequenceLength * fields),
                             base::Matrix(flows, features::statisticDefinitions().size())};
    for (std::size_t row = 0; row < flows; ++row) {
        base::Rng rng(row);
        const std::size_t length = row % 3 == 0 ? features::sequenceLength : rng.below(features::sequenceLength + 1);
        for (std::size_t packet = 0; packet < length; ++packet) {
            if (row % 5 == 4 && packet / 4 % 3 == 1)
                continue; // patches without a packet before others with some
            const auto values = set.sequences.row(row).subspan(packet * fields, fields);
            std::ranges::generate(values, [&] { return static_cast<float>(std::clamp(rng.normal(), -5.0, 5.0)); });
            values[fields - 1] = 1;
        }
        std::ranges::generate(set.statistics.row(row),
                              [&] { return static_cast<float>(std::clamp(rng.normal(), -5.0, 5.0)); });
    }
    return set;
}

} // namespace flowscent::test
