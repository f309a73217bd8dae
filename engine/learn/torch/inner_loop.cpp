// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/inner_loop.h"

namespace flowscent::learn {

using torch::Tensor;

namespace {

/// [tasks] beside [tasks, ...].
Tensor like(const Tensor& perTask, const Tensor& x)
{
    std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
    shape.front() = perTask.size(0);
    return perTask.view(shape);
}

/// How much of each task's step is taken: 1, less where its gradient is longer than `clip`, 0 where it is not finite.
Tensor stepShare(const std::vector<Tensor>& gradients, double clip)
{
    Tensor squared;
    for (const Tensor& gradient : gradients) {
        const Tensor sum = gradient.pow(2).flatten(1).sum(1);
        squared = squared.defined() ? squared + sum : sum;
    }
    // The share counts as a constant in the outer gradient, as in every implementation that clips.
    const Tensor norm = squared.detach().sqrt();
    return torch::where(norm.isfinite(), (clip / norm.clamp_min(1e-12)).clamp_max(1), torch::zeros_like(norm));
}

} // namespace

Parameters adapt(Parameters start, const TaskLosses& losses, const InnerRate& rate, const InnerLoop& loop,
                 const InnerObserver& observer)
{
    const torch::AutoGradMode differentiating(true); // applying a support often happens under NoGradGuard
    Parameters current = std::move(start);
    for (std::uint32_t step = 0; step < loop.steps; ++step) {
        std::vector<Tensor> tensors;
        for (auto& [name, tensor] : current) {
            if (!loop.keepGraph || !tensor.requires_grad())
                tensor = tensor.detach().requires_grad_();
            tensors.push_back(tensor);
        }
        const bool create = loop.keepGraph && loop.secondOrder;
        // Summed, because tasks share no parameters here: each gets its own gradient.
        auto gradients = torch::autograd::grad({losses(current).sum()}, tensors, {}, create, create);
        const Tensor share = loop.clip > 0 ? stepShare(gradients, loop.clip) : Tensor();
        std::size_t index = 0;
        for (auto& [name, tensor] : current) {
            Tensor gradient = create ? gradients[index] : gradients[index].detach();
            ++index;
            if (share.defined()) {
                const Tensor factor = like(share, gradient);
                gradient = torch::where(factor > 0, gradient * factor, torch::zeros_like(gradient));
            }
            tensor = tensor - rate(name, step) * gradient;
        }
        if (observer)
            observer(step + 1, current);
    }
    return current;
}

InnerRate constantRate(double rate, torch::Dtype type)
{
    return [value = torch::full({}, rate, type)](const std::string&, std::uint32_t) { return value; };
}

} // namespace flowscent::learn
