// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/method.h"

/// Trained as a plain classifier over all training classes; a support is taken up by nearest class means after
/// subtracting the training flows' mean embedding and dividing by the length ("CL2N").
namespace flowscent::learn {

using torch::Tensor;

namespace {

constexpr double scale = 10.0; ///< of the logits; the order of the ways does not depend on it

class SimpleShot final : public EmbeddingMethod {
public:
    Parameters initial(const Beginning& beginning, base::Rng& rng) const override
    {
        Parameters parameters = initialised({{"method.classes.weight", {beginning.classes, beginning.embeddingSize}},
                                             {"method.classes.bias", {beginning.classes}}},
                                            rng);
        parameters["method.mean"] = torch::zeros({beginning.embeddingSize});
        return parameters;
    }

    bool wantsToFinish() const override { return true; }

    void finish(Parameters& parameters, const Tensor& embeddings) const override
    {
        parameters["method.mean"] = embeddings.mean(0);
    }

    Tensor answer(const Parameters& parameters, const Tensor& support, const Tensor& oneHot,
                  const Tensor& query) const override
    {
        const auto prepared = [&](const Tensor& x) { return unitLength(x - parameters.at("method.mean").detach()); };
        return scale * negativeSquaredDistances(prepared(query), classMeans(prepared(support), oneHot));
    }

    MetaLoss metaLoss(const MetaModel& model, const TaskBatch& tasks, const TrainingMoment& /*moment*/,
                      const Tensor& weights) const override
    {
        const Tensor embedded = model.embed(torch::cat({tasks.support, tasks.query}, 1));
        const std::int64_t supports = tasks.support.size(1);
        Tensor answers;
        {
            const torch::NoGradGuard still;
            answers = answer(model.parameters, embedded.narrow(1, 0, supports), tasks.oneHot(),
                             embedded.narrow(1, supports, tasks.query.size(1)));
        }
        MetaLoss result = metaLossOf(answers, tasks, weights);
        const Tensor classOf = torch::cat({tasks.supportClass, tasks.queryClass}, 1);
        const Tensor losses = taskLosses(linear(model.parameters, "method.classes", embedded), classOf);
        result.loss = weights.defined() ? (losses * weights).mean() : losses.mean();
        return result;
    }
};

} // namespace

std::unique_ptr<FewShotMethod> makeSimpleShot()
{
    return std::make_unique<SimpleShot>();
}

} // namespace flowscent::learn
