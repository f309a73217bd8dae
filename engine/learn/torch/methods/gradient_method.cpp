// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/gradient_method.h"

#include <algorithm>

namespace flowscent::learn {

using torch::Tensor;

namespace {

constexpr double orderAnnealedUntil = 1.0 / 3; ///< of the training: first order before (50 of 150 epochs in the paper)
constexpr double multiStepUntil = 0.1;         ///< of the training: earlier steps' losses have faded by then
constexpr double leastStepWeight = 0.03;       ///< of an earlier step, times 1 / steps, as in the authors' code

class AdaptedPredictor final : public TaskPredictor {
public:
    AdaptedPredictor(Body body, Parameters adapted)
        : m_body(std::move(body))
        , m_adapted(std::move(adapted))
    {
    }
    Tensor logits(const Tensor& query) const override
    {
        return linear(m_adapted, "head", m_body.embed(m_adapted, query));
    }

private:
    Body m_body;
    Parameters m_adapted;
};

/// Weight of the query loss after `step` of `steps` inner steps (Antoniou et al., section 4, "Multi-step loss").
double stepWeight(std::uint32_t step, std::uint32_t steps, double progress)
{
    const double equal = 1.0 / steps;
    const double faded = std::min(1.0, progress / multiStepUntil);
    const double earlier = std::max(equal * (1 - faded), leastStepWeight * equal);
    return step < steps ? earlier : 1 - earlier * (steps - 1);
}

} // namespace

GradientMethod::GradientMethod(InnerLoopSettings settings, RateKind rates, bool secondOrder)
    : m_settings(settings)
    , m_rates(rates)
    , m_secondOrder(secondOrder)
{
}

Parameters GradientMethod::initial(const Beginning& beginning, base::Rng& rng) const
{
    Parameters own = initialised({{"method.head.weight", {1, beginning.embeddingSize}}}, rng);
    own["method.head.weight"] = own["method.head.weight"].flatten();
    if (m_rates == RateKind::Fixed)
        return own;
    Parameters adapted = beginning.body;
    adapted["head.weight"] = own["method.head.weight"];
    adapted["head.bias"] = torch::zeros({1});
    for (const auto& [name, tensor] : adapted) {
        if (m_rates == RateKind::PerParameter)
            own["method.rate." + name] = torch::full_like(tensor, m_settings.rate).detach();
        else
            own["method.rate." + name] =
                torch::full({std::max<std::int64_t>(1, m_settings.steps)}, m_settings.rate, torch::kFloat);
    }
    return own;
}

Parameters GradientMethod::start(const MetaModel& model, const TaskBatch& tasks) const
{
    Parameters bag = perTask(withPrefix(model.parameters, "encoder."), tasks.tasks());
    const Tensor& head = model.own("head.weight");
    bag["head.weight"] = head.expand({tasks.tasks(), tasks.ways, head.size(0)});
    bag["head.bias"] = torch::zeros({tasks.tasks(), tasks.ways}, head.options());
    return bag;
}

InnerRate GradientMethod::rates(const MetaModel& model) const
{
    if (m_rates == RateKind::Fixed)
        return constantRate(m_settings.rate, model.own("head.weight").scalar_type());
    return [&model, kind = m_rates](const std::string& name, std::uint32_t step) {
        const Tensor& rate = model.own("rate." + name);
        return kind == RateKind::PerParameter ? rate
                                              : rate[std::min(static_cast<std::int64_t>(step), rate.size(0) - 1)];
    };
}

InnerLoop GradientMethod::loop(bool forTraining, bool secondOrder) const
{
    return {.steps = forTraining ? m_settings.steps : m_settings.stepsToApply,
            .clip = m_settings.clip,
            .secondOrder = secondOrder,
            .keepGraph = forTraining};
}

std::unique_ptr<TaskPredictor> GradientMethod::fit(const MetaModel& model, const TaskBatch& tasks,
                                                   bool forTraining) const
{
    const auto losses = [&](const Parameters& adapted) {
        return taskLosses(linear(adapted, "head", model.body.embed(adapted, tasks.support)), tasks.supportWay);
    };
    return std::make_unique<AdaptedPredictor>(
        model.body, adapt(start(model, tasks), losses, rates(model), loop(forTraining, m_secondOrder)));
}

MetaLoss GradientMethod::metaLoss(const MetaModel& model, const TaskBatch& tasks, const TrainingMoment& moment,
                                  const Tensor& weights) const
{
    const auto logitsOf = [&](const Parameters& adapted, const Tensor& x) {
        return linear(adapted, "head", model.body.embed(adapted, x));
    };
    const auto losses = [&](const Parameters& adapted) {
        return taskLosses(logitsOf(adapted, tasks.support), tasks.supportWay);
    };
    const bool second = m_secondOrder && !(m_settings.annealOrder && moment.progress < orderAnnealedUntil);
    const InnerLoop inner = loop(true, second);
    Tensor total;
    Tensor last;
    const auto look = [&](std::uint32_t step, const Parameters& adapted) {
        if (step < inner.steps && !m_settings.multiStepLoss)
            return;
        last = logitsOf(adapted, tasks.query);
        const double weight = m_settings.multiStepLoss ? stepWeight(step, inner.steps, moment.progress) : 1.0;
        const Tensor part = weight * taskLosses(last, tasks.queryWay);
        total = total.defined() ? total + part : part;
    };
    const Parameters adapted = adapt(start(model, tasks), losses, rates(model), inner, look);
    if (inner.steps == 0) { // plain multi-task learning
        last = logitsOf(adapted, tasks.query);
        total = taskLosses(last, tasks.queryWay);
    }
    MetaLoss result = metaLossOf(last, tasks, weights);
    result.loss = weights.defined() ? (total * weights).mean() : total.mean();
    return result; // before the first step all ways have the same head, so `before` is what guessing gives
}

} // namespace flowscent::learn
