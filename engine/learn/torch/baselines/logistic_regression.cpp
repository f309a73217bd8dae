// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/baselines/baselines.h"

#include "engine/learn/torch/parameters.h"

namespace flowscent::learn {

namespace {

torch::Tensor balancedWeights(const torch::Tensor& classOf, std::int64_t classes)
{
    const torch::Tensor counts = torch::bincount(classOf, {}, classes).to(torch::kFloat);
    return static_cast<double>(classOf.numel()) / (counts * classes);
}

} // namespace

base::Matrix logisticRegression(const BaselineTask& task, bool balanced)
{
    // scikit-learn's objective with C = 1: sum of cross-entropies + |W|^2 / 2, the bias left free. Of two classes it
    // fits one vector w, whose penalty |w|^2 / 2 is |W|^2 of the two columns w / 2 and -w / 2.
    const double penalty = task.classes == 2 ? 1.0 : 0.5;
    torch::Tensor weights =
        torch::zeros({static_cast<std::int64_t>(task.train.columns), task.classes}).requires_grad_();
    torch::Tensor bias = torch::zeros({task.classes}).requires_grad_();
    const torch::Tensor x = view(task.train);
    const torch::Tensor y = torch::tensor(std::vector<std::int64_t>(task.classOf.begin(), task.classOf.end()));
    const torch::Tensor share = balanced ? balancedWeights(y, task.classes) : torch::Tensor();
    torch::optim::LBFGS optimizer(
        {weights, bias}, torch::optim::LBFGSOptions(1.0).max_iter(100).line_search_fn(std::string("strong_wolfe")));
    optimizer.step([&] {
        optimizer.zero_grad();
        torch::Tensor loss = torch::cross_entropy_loss(torch::addmm(bias, x, weights), y, share, at::Reduction::Sum) +
                             penalty * weights.pow(2).sum();
        loss.backward();
        return loss;
    });
    const torch::NoGradGuard still;
    return toMatrix(torch::addmm(bias, view(task.test), weights).softmax(1));
}

} // namespace flowscent::learn
