// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/features/extract.h"
#include "engine/learn/encoder_spec.h"
#include "engine/learn/torch/parameters.h"

/// Encoders as pure functions; inside the plugin only. An input row is what a flow is to every learner here: its scaled
/// packets, then its scaled statistics, `inputSize` numbers. No encoder looks at other rows (layer normalisation, never
/// batch statistics), so that a flow's embedding cannot depend on its company.
namespace flowscent::learn {

/// Packets times fields, then statistics.
[[nodiscard]] std::int64_t inputSize();
/// Scaled flows as such rows, [n, inputSize].
[[nodiscard]] torch::Tensor inputsOf(const features::FeatureSet& scaled);

/// All tensors of an encoder, names "encoder.*".
[[nodiscard]] Shapes encoderShapes(const EncoderSpec& spec);
/// [..., inputSize] to [..., embeddingSize]; task-batched parameters want [tasks, n, inputSize].
[[nodiscard]] torch::Tensor encode(const EncoderSpec& spec, const Parameters& parameters, const torch::Tensor& x);

/// What the files of this folder share.
namespace encoders {

struct Family {
    void (*addShapes)(const EncoderSpec& spec, Shapes& shapes); ///< of the packets' branch
    std::int64_t (*summarySize)(const EncoderSpec& spec);
    /// Packets [..., 32, 8] and their valid mask [..., 32] to a summary [..., summarySize].
    torch::Tensor (*summarise)(const EncoderSpec& spec, const Parameters& parameters, const torch::Tensor& packets,
                               const torch::Tensor& valid);
};

[[nodiscard]] Family patchConv();
[[nodiscard]] Family mlp();
[[nodiscard]] Family cnn();
[[nodiscard]] Family gru();
[[nodiscard]] Family transformer();

inline constexpr std::int64_t patchPackets = 4; ///< of patch-conv

/// Shapes of a linear map with bias.
void addLinear(Shapes& shapes, const std::string& name, std::int64_t from, std::int64_t to);
void addNorm(Shapes& shapes, const std::string& name, std::int64_t size);

} // namespace encoders

} // namespace flowscent::learn
