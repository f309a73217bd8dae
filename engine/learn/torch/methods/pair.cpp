// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/method.h"

/// Detectors use ridge and prototypes side by side, so the encoder is trained for both.
namespace flowscent::learn {

using torch::Tensor;

namespace {

class Pair final : public EmbeddingMethod {
public:
    Pair(std::unique_ptr<EmbeddingMethod> own, std::unique_ptr<EmbeddingMethod> other, double share)
        : m_own(std::move(own))
        , m_other(std::move(other))
        , m_share(share)
    {
    }

    Parameters initial(const Beginning& beginning, base::Rng& rng) const override
    {
        Parameters parameters = m_own->initial(beginning, rng);
        parameters.merge(m_other->initial(beginning, rng));
        return parameters;
    }

    Tensor answer(const Parameters& parameters, const Tensor& support, const Tensor& oneHot,
                  const Tensor& query) const override
    {
        return m_own->answer(parameters, support, oneHot, query);
    }

    MetaLoss metaLoss(const MetaModel& model, const TaskBatch& tasks, const TrainingMoment& /*moment*/,
                      const Tensor& weights) const override
    {
        const Tensor embedded = model.embed(torch::cat({tasks.support, tasks.query}, 1));
        const Tensor support = embedded.narrow(1, 0, tasks.support.size(1));
        const Tensor query = embedded.narrow(1, tasks.support.size(1), tasks.query.size(1));
        const auto lossOf = [&](const EmbeddingMethod& method) {
            return metaLossOf(method.answer(model.parameters, support, tasks.oneHot(), query), tasks, weights);
        };
        MetaLoss result = lossOf(*m_own);
        result.loss = result.loss + m_share * lossOf(*m_other).loss;
        return result;
    }

private:
    std::unique_ptr<EmbeddingMethod> m_own;
    std::unique_ptr<EmbeddingMethod> m_other;
    double m_share;
};

} // namespace

std::unique_ptr<FewShotMethod> makePair(std::unique_ptr<EmbeddingMethod> own, std::unique_ptr<EmbeddingMethod> other,
                                        double share)
{
    return std::make_unique<Pair>(std::move(own), std::move(other), share);
}

} // namespace flowscent::learn
