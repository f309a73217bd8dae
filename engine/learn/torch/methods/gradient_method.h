// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/learn/torch/inner_loop.h"
#include "engine/learn/torch/methods/method.h"

namespace flowscent::learn {

enum class RateKind : std::uint8_t {
    Fixed,         ///< one number for all
    PerTensorStep, ///< learned, one for every tensor and step (Antoniou et al., ICLR 2019, "LSLR")
    PerParameter,  ///< learned, one for every number (Meta-SGD)
};

/// What the methods with an inner loop share. The head begins as one learned vector for all ways ("method.head.weight"
/// [d]; Ye and Chao, "How to train your MAML to excel", ICLR 2022), so that any number of ways fits and their order
/// means nothing. Adapted tensors are the body's and "head.weight" [ways, d], "head.bias" [ways].
class GradientMethod : public FewShotMethod {
public:
    GradientMethod(InnerLoopSettings settings, RateKind rates, bool secondOrder);

    [[nodiscard]] Parameters initial(const Beginning& beginning, base::Rng& rng) const override;
    [[nodiscard]] std::unique_ptr<TaskPredictor> fit(const MetaModel& model, const TaskBatch& tasks,
                                                     bool forTraining) const override;
    [[nodiscard]] MetaLoss metaLoss(const MetaModel& model, const TaskBatch& tasks, const TrainingMoment& moment,
                                    const torch::Tensor& weights) const override;

protected:
    /// The body's tensors and the head before the first step, task-batched.
    [[nodiscard]] virtual Parameters start(const MetaModel& model, const TaskBatch& tasks) const;
    /// Learned rates are meta-parameters "method.rate.<tensor>".
    [[nodiscard]] InnerRate rates(const MetaModel& model) const;
    [[nodiscard]] InnerLoop loop(bool forTraining, bool secondOrder) const;
    [[nodiscard]] const InnerLoopSettings& settings() const { return m_settings; }
    [[nodiscard]] bool secondOrder() const { return m_secondOrder; }

private:
    InnerLoopSettings m_settings;
    RateKind m_rates;
    bool m_secondOrder;
};

} // namespace flowscent::learn
