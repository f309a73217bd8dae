// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <torch/torch.h>

#include "engine/learn/base_model.h"

/// The heads as training needs them; inside the plugin only.
namespace flowscent::learn {

/// Head constants on the logarithmic scale, where a gradient step cannot make them negative.
struct HeadTensors {
    torch::Tensor logLambda;
    torch::Tensor logRidgeScale;
    torch::Tensor logPrototypeScale;

    [[nodiscard]] static HeadTensors of(const HeadParameters& parameters);
    [[nodiscard]] HeadParameters values() const;
};

/// The differentiable twins of learn::fitHead and learn::scores for examples of equal weight; a test holds the pairs
/// together. support n x d, oneHot n x ways, query m x d; answers m x ways.
[[nodiscard]] torch::Tensor ridgeLogits(const torch::Tensor& support, const torch::Tensor& oneHot,
                                        const torch::Tensor& query, const HeadTensors& heads);
[[nodiscard]] torch::Tensor prototypeLogits(const torch::Tensor& support, const torch::Tensor& oneHot,
                                            const torch::Tensor& query, const HeadTensors& heads);

} // namespace flowscent::learn
