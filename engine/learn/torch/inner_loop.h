// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "engine/learn/torch/parameters.h"

/// Gradient descent on the supports of many tasks at once, itself differentiable (Finn et al., ICML 2017). Parameters
/// are task-batched bags (parameters.h), so that one graph, one backward pass and one baddbmm a layer serve all tasks.
namespace flowscent::learn {

struct InnerLoop {
    std::uint32_t steps = 5;
    double clip = 0;         ///< norm of a task's gradient over all tensors; 0 for no clipping
    bool secondOrder = true; ///< differentiate through the inner gradients; else they count as constants (first order)
    bool keepGraph = true;   ///< whether anything will be differentiated at all; false when a support is only applied
};

/// Loss of every task, [tasks].
using TaskLosses = std::function<torch::Tensor(const Parameters& adapted)>;
/// The inner rate of a tensor at a step: a scalar, or anything that broadcasts against the task-batched tensor.
using InnerRate = std::function<torch::Tensor(const std::string& name, std::uint32_t step)>;
/// Told the parameters after every step, counted from 1.
using InnerObserver = std::function<void(std::uint32_t step, const Parameters& adapted)>;

/// Adapts every tensor of `start` by `steps` gradient steps. A gradient that is not finite moves nothing.
[[nodiscard]] Parameters adapt(Parameters start, const TaskLosses& losses, const InnerRate& rate, const InnerLoop& loop,
                               const InnerObserver& observer = {});

/// One rate for all.
[[nodiscard]] InnerRate constantRate(double rate, torch::Dtype type = torch::kFloat);

} // namespace flowscent::learn
