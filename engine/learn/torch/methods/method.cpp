// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/method.h"

namespace flowscent::learn {

using torch::Tensor;

namespace {

class ClosedFormPredictor final : public TaskPredictor {
public:
    ClosedFormPredictor(const EmbeddingMethod& method, MetaModel model, Tensor support, Tensor oneHot)
        : m_method(method)
        , m_model(std::move(model))
        , m_support(std::move(support))
        , m_oneHot(std::move(oneHot))
    {
    }

    Tensor logits(const Tensor& query) const override
    {
        return m_method.answer(m_model.parameters, m_support, m_oneHot, m_model.embed(query));
    }

private:
    const EmbeddingMethod& m_method;
    MetaModel m_model;
    Tensor m_support;
    Tensor m_oneHot;
};

} // namespace

MetaModel leavesOf(const MetaModel& model)
{
    MetaModel leaves{model.body, {}};
    for (const auto& [name, tensor] : model.parameters)
        leaves.parameters[name] = tensor.detach().requires_grad_();
    return leaves;
}

std::vector<Tensor> gradientsOf(const Tensor& loss, const MetaModel& leaves)
{
    std::vector<Tensor> tensors;
    for (const auto& [name, tensor] : leaves.parameters)
        tensors.push_back(tensor);
    auto gradients = torch::autograd::grad({loss}, tensors, {}, false, false, /*allow_unused=*/true);
    for (std::size_t i = 0; i < gradients.size(); ++i) {
        if (!gradients[i].defined())
            gradients[i] = torch::zeros_like(tensors[i]);
    }
    return gradients;
}

Parameters FewShotMethod::initial(const Beginning& /*beginning*/, base::Rng& /*rng*/) const
{
    return {};
}

void FewShotMethod::finish(Parameters& /*parameters*/, const Tensor& /*embeddings*/) const {}

MetaLoss FewShotMethod::metaLoss(const MetaModel& model, const TaskBatch& tasks, const TrainingMoment& /*moment*/,
                                 const Tensor& weights) const
{
    return metaLossOf(fit(model, tasks, true)->logits(tasks.query), tasks, weights);
}

std::unique_ptr<TaskPredictor> EmbeddingMethod::fit(const MetaModel& model, const TaskBatch& tasks,
                                                    bool /*forTraining*/) const
{
    return std::make_unique<ClosedFormPredictor>(*this, model, model.embed(tasks.support), tasks.oneHot());
}

MetaLoss EmbeddingMethod::metaLoss(const MetaModel& model, const TaskBatch& tasks, const TrainingMoment& /*moment*/,
                                   const Tensor& weights) const
{
    const Tensor embedded = model.embed(torch::cat({tasks.support, tasks.query}, 1));
    const std::int64_t supports = tasks.support.size(1);
    const Tensor logits = answer(model.parameters, embedded.narrow(1, 0, supports), tasks.oneHot(),
                                 embedded.narrow(1, supports, tasks.query.size(1)));
    return metaLossOf(logits, tasks, weights);
}

Tensor taskLosses(const Tensor& logits, const Tensor& way)
{
    const std::int64_t ways = logits.size(-1);
    const Tensor shares = logits.log_softmax(-1);
    const Tensor known = way < ways;
    const Tensor right = shares.gather(-1, way.clamp_max(ways - 1).unsqueeze(-1)).squeeze(-1);
    return -torch::where(known, right, shares.mean(-1)).mean(-1);
}

Tensor taskAccuracies(const Tensor& logits, const Tensor& way)
{
    const Tensor known = (way < logits.size(-1)).to(torch::kFloat);
    const Tensor right = logits.argmax(-1).eq(way).to(torch::kFloat);
    return right.sum(-1) / known.sum(-1).clamp_min(1);
}

MetaLoss metaLossOf(const Tensor& logits, const TaskBatch& tasks, const Tensor& weights)
{
    const Tensor losses = taskLosses(logits, tasks.queryWay);
    const torch::NoGradGuard still;
    MetaLoss result;
    result.perTask = losses.detach();
    result.accuracy = taskAccuracies(logits.detach(), tasks.queryWay);
    result.before = torch::full_like(result.accuracy, 1.0 / static_cast<double>(tasks.ways));
    const torch::AutoGradMode differentiating(true);
    result.loss = weights.defined() ? (losses * weights).mean() : losses.mean();
    return result;
}

Tensor negativeSquaredDistances(const Tensor& query, const Tensor& points)
{
    return 2 * query.matmul(points.transpose(-2, -1)) - query.pow(2).sum(-1, true) -
           points.pow(2).sum(-1, true).transpose(-2, -1);
}

Tensor unitLength(const Tensor& x)
{
    constexpr double shortest = 1e-8; // so that a zero has a direction
    return x / x.pow(2).sum(-1, true).add(shortest * shortest).sqrt();
}

Tensor classMeans(const Tensor& support, const Tensor& oneHot)
{
    return oneHot.transpose(-2, -1).matmul(support) / oneHot.sum(-2).unsqueeze(-1);
}

std::unique_ptr<FewShotMethod> makeMethod(Method method, const InnerLoopSettings& innerLoop)
{
    switch (method) {
    case Method::R2d2:
        return makeR2d2();
    case Method::ProtoNet:
        return makeProtoNet();
    case Method::MatchingNet:
        return makeMatchingNet();
    case Method::SimpleShot:
        return makeSimpleShot();
    case Method::SimpleCnaps:
        return makeSimpleCnaps();
    case Method::Anil:
        return makeAnil(innerLoop);
    case Method::Maml:
        return makeMaml(innerLoop, true);
    case Method::Fomaml:
        return makeMaml(innerLoop, false);
    case Method::Reptile:
        return makeReptile(innerLoop);
    case Method::MetaSgd:
        return makeMetaSgd(innerLoop);
    case Method::MamlPlusPlus:
        return makeMamlPlusPlus(innerLoop);
    case Method::SoftKMeans:
        return makeSoftKMeans();
    }
    return makeR2d2();
}

std::unique_ptr<FewShotMethod> makeTrainingMethod(Method method, const InnerLoopSettings& innerLoop,
                                                  double companionShare)
{
    if (companionShare > 0 && method == Method::R2d2)
        return makePair(makeR2d2(), makeProtoNet(), companionShare);
    if (companionShare > 0 && method == Method::ProtoNet)
        return makePair(makeProtoNet(), makeR2d2(), companionShare);
    return makeMethod(method, innerLoop);
}

} // namespace flowscent::learn
