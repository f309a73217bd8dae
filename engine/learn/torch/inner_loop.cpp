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
/// It counts as a constant in the outer gradient, as in every implementation that clips.
Tensor stepShare(const std::vector<Tensor>& gradients, double clip)
{
    const torch::NoGradGuard still;
    Tensor squared;
    for (const Tensor& gradient : gradients) {
        const Tensor rows = gradient.reshape({gradient.size(0), 1, -1});
        const Tensor sum = rows.bmm(rows.transpose(1, 2)).flatten(); // reads each number once and writes none
        squared = squared.defined() ? squared + sum : sum;
    }
    const Tensor norm = squared.sqrt();
    return torch::where(norm.isfinite(), (clip / norm.clamp_min(1e-12)).clamp_max(1), torch::zeros_like(norm));
}

/// tensor - rate * share * gradient in one pass over the tensor where rate and share are a number a task.
Tensor moved(const Tensor& tensor, Tensor gradient, const Tensor& rate, const Tensor& share, bool allFinite)
{
    if (!share.defined())
        return rate.numel() == 1 ? tensor.addcmul(gradient, rate, -1) : tensor - rate * gradient;
    const Tensor factor = like(share, gradient);
    if (!allFinite) // 0 times what is not finite would not be 0
        gradient = torch::where(factor > 0, gradient, torch::zeros_like(gradient));
    if (rate.numel() == 1)
        return tensor.addcmul(gradient, factor * rate, -1);
    return tensor - rate * (gradient * factor);
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
        const bool allFinite = !share.defined() || share.gt(0).all().item<bool>();
        std::size_t index = 0;
        for (auto& [name, tensor] : current) {
            const Tensor gradient = create ? gradients[index] : gradients[index].detach();
            ++index;
            tensor = moved(tensor, gradient, rate(name, step), share, allFinite);
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
