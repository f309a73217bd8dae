// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/gradient_method.h"

/// The meta-gradient is (start - adapted) / inner rate, averaged over tasks, after inner steps on all flows of a task,
/// supports and queries alike; with one step it is the gradient of the joint loss.
namespace flowscent::learn {

using torch::Tensor;

namespace {

class Reptile final : public GradientMethod {
public:
    explicit Reptile(const InnerLoopSettings& settings)
        : GradientMethod(settings, RateKind::Fixed, false)
    {
    }

    MetaLoss metaLoss(const MetaModel& model, const TaskBatch& tasks, const TrainingMoment& /*moment*/,
                      const Tensor& weights) const override
    {
        const Tensor inputs = torch::cat({tasks.support, tasks.query}, 1);
        const Tensor ways = torch::cat({tasks.supportWay, tasks.queryWay}, 1);
        const auto losses = [&](const Parameters& adapted) {
            return taskLosses(linear(adapted, "head", model.body.embed(adapted, inputs)), ways);
        };
        const Parameters begun = start(model, tasks);
        InnerLoop inner = loop(true, false);
        inner.keepGraph = false;
        const Parameters adapted = adapt(begun, losses, rates(model), inner);
        Tensor perTask; // a linear function of the start, whose gradient is the wanted one
        for (const auto& [name, tensor] : begun) {
            const Tensor direction = (tensor - adapted.at(name)).detach() / settings().rate;
            const Tensor part = (tensor * direction).flatten(1).sum(1);
            perTask = perTask.defined() ? perTask + part : part;
        }
        MetaLoss result;
        {
            const torch::NoGradGuard still; // how well supports alone serve, for the curves
            result = metaLossOf(fit(model, tasks, false)->logits(tasks.query), tasks, {});
            result.before = taskAccuracies(linear(begun, "head", model.body.embed(begun, tasks.query)), tasks.queryWay);
        }
        result.loss = weights.defined() ? (perTask * weights).mean() : perTask.mean();
        return result;
    }
};

} // namespace

std::unique_ptr<FewShotMethod> makeReptile(const InnerLoopSettings& settings)
{
    return std::make_unique<Reptile>(settings);
}

} // namespace flowscent::learn
