// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/learn/random_model.h"

#include "tests/engine/learn/toy_dataset.h"

#include "engine/base/random.h"

#include <cmath>

namespace flowscent::test {

namespace {

constexpr std::uint64_t packets = 32;
constexpr std::uint64_t fields = 8;
constexpr std::uint64_t statistics = 45;

class Weights {
public:
    explicit Weights(std::uint64_t seed)
        : m_rng(seed)
    {
    }
    void linear(const std::string& name, std::uint64_t from, std::uint64_t to)
    {
        fill(name + ".weight", {to, from}, 0, std::sqrt(2.0 / static_cast<double>(from)));
        fill(name + ".bias", {to}, 0, 0.1);
    }
    void norm(const std::string& name, std::uint64_t size)
    {
        fill(name + ".weight", {size}, 1, 0.1);
        fill(name + ".bias", {size}, 0, 0.1);
    }
    void fill(const std::string& name, const std::vector<std::uint64_t>& shape, double mean, double deviation)
    {
        std::size_t count = 1;
        for (const std::uint64_t size : shape)
            count *= size;
        std::vector<float> values(count);
        for (float& value : values)
            value = static_cast<float>(mean + deviation * m_rng.normal());
        m_file.tensors[name] = {shape, std::move(values)};
    }
    [[nodiscard]] base::TensorFile file() const { return m_file; }

private:
    base::Rng m_rng;
    base::TensorFile m_file;
};

/// The packets' branch; gives the size of its summary.
std::uint64_t addSummary(Weights& weights, const learn::EncoderSpec& spec)
{
    const std::uint64_t width = spec.width;
    switch (spec.kind) {
    case learn::EncoderKind::PatchConv:
        weights.linear("encoder.patch", 4 * fields, width);
        weights.linear("encoder.merge", 2 * width, width);
        return 2 * width;
    case learn::EncoderKind::Mlp:
        for (std::uint32_t layer = 1; layer <= spec.depth; ++layer)
            weights.linear("encoder.hidden" + std::to_string(layer), layer == 1 ? packets * fields : width, width);
        return width;
    case learn::EncoderKind::Cnn:
        for (std::uint32_t layer = 1; layer <= spec.depth; ++layer)
            weights.linear("encoder.convolution" + std::to_string(layer), 3 * (layer == 1 ? fields : width), width);
        return 2 * width;
    case learn::EncoderKind::Gru:
        weights.linear("encoder.input", fields, 3 * width);
        weights.linear("encoder.state", width, 3 * width);
        return width;
    case learn::EncoderKind::Transformer:
        weights.linear("encoder.input", fields, width);
        weights.fill("encoder.position", {packets, width}, 0, 0.5);
        weights.fill("encoder.first", {1, width}, 0, 0.5);
        for (std::uint32_t layer = 1; layer <= spec.depth; ++layer) {
            const std::string block = "encoder.block" + std::to_string(layer) + '.';
            weights.norm(block + "norm1", width);
            weights.linear(block + "attention", width, 3 * width);
            weights.linear(block + "joined", width, width);
            weights.norm(block + "norm2", width);
            weights.linear(block + "wide", width, 2 * width);
            weights.linear(block + "narrow", 2 * width, width);
        }
        return width;
    }
    return 0;
}

} // namespace

learn::BaseModel randomModel(const learn::EncoderSpec& spec, std::uint64_t seed)
{
    Weights weights(seed);
    const std::uint64_t joined = addSummary(weights, spec) + spec.width;
    weights.linear("encoder.statistics1", statistics, spec.width);
    weights.linear("encoder.statistics2", spec.width, spec.width);
    weights.norm("encoder.norm", joined);
    weights.linear("encoder.out", joined, spec.embeddingSize);
    learn::BaseModel model;
    model.weights = weights.file();
    model.scaler = features::Scaler::fit(toyDataset().features);
    model.encoder = spec.text();
    model.embeddingSize = spec.embeddingSize;
    model.training.configuration = "{}";
    return model;
}

} // namespace flowscent::test
