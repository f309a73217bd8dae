// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

#include <torch/torch.h>

#include "engine/base/error.h"
#include "engine/base/safetensors.h"

/// Inside the plugin only: these headers name LibTorch.
namespace flowscent::learn {

/// The default encoder, "patch-conv-64": eight patches of four packets through a shared linear map, neighbours merged,
/// mean and maximum over time; beside it a small perceptron on the statistics; layer normalisation (never batch
/// statistics, so that a flow's embedding cannot depend on its company) and a linear map to 64 numbers. A bag of named
/// tensors with a pure forward function: no module state, so that gradients can flow through copies.
struct EncoderNet {
    static constexpr std::int64_t patchPackets = 4;
    static constexpr std::int64_t width = 64; ///< of a patch and of the statistics' perceptron
    static constexpr std::int64_t embeddingSize = 64;
    static constexpr const char* architecture = "patch-conv-64";

    std::map<std::string, torch::Tensor> parameters;

    /// Freshly drawn (Kaiming uniform) from torch's generator, which the caller has seeded.
    [[nodiscard]] static EncoderNet initialised();
    /// Model error when a tensor is missing or misshapen.
    [[nodiscard]] static base::Result<EncoderNet> fromTensors(const base::TensorFile& file);
    [[nodiscard]] base::TensorFile toTensors() const;
    [[nodiscard]] EncoderNet detachedCopy() const;

    /// [n, 32 * 8] scaled packets and [n, statistics] scaled statistics to [n, 64].
    [[nodiscard]] torch::Tensor forward(const torch::Tensor& sequences, const torch::Tensor& statistics) const;
};

/// A view of the matrix; it must outlive the tensor.
[[nodiscard]] torch::Tensor view(const base::Matrix& matrix);
[[nodiscard]] base::Matrix toMatrix(const torch::Tensor& tensor);

} // namespace flowscent::learn
