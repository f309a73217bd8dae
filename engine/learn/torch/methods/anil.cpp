// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/gradient_method.h"

/// MAML whose inner loop moves the head alone: supports and queries go through the encoder once, whatever the steps.
namespace flowscent::learn {

using torch::Tensor;

namespace {

class HeadPredictor final : public TaskPredictor {
public:
    HeadPredictor(MetaModel model, Parameters head)
        : m_model(std::move(model))
        , m_head(std::move(head))
    {
    }
    Tensor logits(const Tensor& query) const override { return linear(m_head, "head", m_model.embed(query)); }

private:
    MetaModel m_model;
    Parameters m_head;
};

/// Embeddings in the place of inputs, the identity in that of the body: the rest is MAML.
TaskBatch embedded(const MetaModel& model, const TaskBatch& tasks)
{
    const Tensor all = model.embed(torch::cat({tasks.support, tasks.query}, 1));
    TaskBatch batch = tasks;
    batch.support = all.narrow(1, 0, tasks.support.size(1));
    batch.query = all.narrow(1, tasks.support.size(1), tasks.query.size(1));
    return batch;
}

MetaModel headOf(const MetaModel& model)
{
    return {.body = {[](const Parameters&, const Tensor& x) { return x; }, model.body.embeddingSize},
            .parameters = withPrefix(model.parameters, "method.")};
}

class Anil final : public GradientMethod {
public:
    using GradientMethod::GradientMethod;

    Parameters initial(const Beginning& beginning, base::Rng& rng) const override
    {
        return GradientMethod::initial(
            {.body = {}, .embeddingSize = beginning.embeddingSize, .classes = beginning.classes}, rng);
    }

    bool worksOnEmbeddings() const override { return true; }

    std::unique_ptr<TaskPredictor> fit(const MetaModel& model, const TaskBatch& tasks, bool forTraining) const override
    {
        const Tensor support = model.embed(tasks.support);
        const MetaModel head = headOf(model);
        const auto losses = [&](const Parameters& adapted) {
            return taskLosses(linear(adapted, "head", support), tasks.supportWay);
        };
        return std::make_unique<HeadPredictor>(
            model, adapt(start(head, tasks), losses, rates(head), loop(forTraining, secondOrder())));
    }

    MetaLoss metaLoss(const MetaModel& model, const TaskBatch& tasks, const TrainingMoment& moment,
                      const Tensor& weights) const override
    {
        return GradientMethod::metaLoss(headOf(model), embedded(model, tasks), moment, weights);
    }
};

} // namespace

std::unique_ptr<FewShotMethod> makeAnil(const InnerLoopSettings& settings)
{
    const RateKind rates = settings.learnRates ? RateKind::PerTensorStep : RateKind::Fixed;
    return std::make_unique<Anil>(settings, rates, true);
}

} // namespace flowscent::learn
