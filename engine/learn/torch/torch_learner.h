// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/learn/base_model.h"
#include "engine/learn/learner.h"
#include "engine/learn/torch/methods/method.h"

namespace flowscent::learn {

/// Any method behind the product's interface; inside the plugin only.
class TorchLearner final : public Learner {
public:
    /// The method is the model's own unless given; a closed form that the model was not trained with begins with its
    /// default constants. Model error when the model lacks what the method needs.
    [[nodiscard]] static base::Result<std::unique_ptr<TorchLearner>> of(std::shared_ptr<const BaseModel> model,
                                                                        Method method);

    [[nodiscard]] base::Result<std::unique_ptr<Predictor>> fit(const TaskExamples& support) const override;

private:
    TorchLearner(std::shared_ptr<const BaseModel> model, std::unique_ptr<FewShotMethod> method, MetaModel meta);

    std::shared_ptr<const BaseModel> m_model;
    std::shared_ptr<const FewShotMethod> m_method;
    MetaModel m_meta;
};

/// The encoder and the method's own tensors of a model. Model error when anything is missing or misshapen.
[[nodiscard]] base::Result<MetaModel> metaModelOf(const BaseModel& model, const FewShotMethod& method);

} // namespace flowscent::learn
