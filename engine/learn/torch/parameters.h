// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include <torch/torch.h>

#include "engine/base/error.h"
#include "engine/base/random.h"
#include "engine/base/safetensors.h"

/// Networks as bags of named tensors and pure functions over them; inside the plugin only. A bag can be copied, adapted
/// and differentiated through, which a module with state cannot. Every function here also takes bags in which each
/// tensor has one more dimension in front, one slice a task ("task-batched"): then inputs have that dimension, too, and
/// all tasks go through one baddbmm.
namespace flowscent::learn {

using Parameters = std::map<std::string, torch::Tensor>;
/// Every tensor by name with its shape; the order is that of the map, and so of initialisation.
using Shapes = std::map<std::string, std::vector<std::int64_t>>;

/// "*.weight" of two dimensions: uniform with variance 2 / fan-in (He et al., ICCV 2015); of one dimension (a norm's
/// gain): ones; everything else zeros. From the generator alone, so that threads and other draws change nothing.
[[nodiscard]] Parameters initialised(const Shapes& shapes, base::Rng& rng);
/// Copies that share nothing and require no gradient.
[[nodiscard]] Parameters detached(const Parameters& parameters);
/// The same bag for `tasks` tasks (a view; nothing is copied).
[[nodiscard]] Parameters perTask(const Parameters& parameters, std::int64_t tasks);
/// The parameters whose names begin so.
[[nodiscard]] Parameters withPrefix(const Parameters& parameters, const std::string& prefix);

/// y = x W' + b with `name`.weight [out, in] (or [tasks, out, in]) and, if there is one, `name`.bias. x is [..., in],
/// task-batched [tasks, ..., in].
[[nodiscard]] torch::Tensor linear(const Parameters& parameters, const std::string& name, const torch::Tensor& x);
/// Layer normalisation over the last dimension (Ba, Kiros and Hinton 2016) with `name`.weight and `name`.bias.
[[nodiscard]] torch::Tensor layerNorm(const Parameters& parameters, const std::string& name, const torch::Tensor& x);

/// Model error when a tensor is missing or misshapen; tensors that are not in `shapes` are left alone.
[[nodiscard]] base::Result<Parameters> fromTensors(const base::TensorFile& file, const Shapes& shapes);
[[nodiscard]] base::TensorFile toTensors(const Parameters& parameters);

/// A view of the matrix; it must outlive the tensor.
[[nodiscard]] torch::Tensor view(const base::Matrix& matrix);
[[nodiscard]] base::Matrix toMatrix(const torch::Tensor& tensor);

} // namespace flowscent::learn
