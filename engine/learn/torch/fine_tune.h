// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stop_token>

#include "engine/learn/base_model.h"
#include "engine/learn/torch/parameters.h"
#include "engine/learn/training/fine_tuning.h"

/// A few steps of an encoder on an analyst's examples; inside the plugin only.
namespace flowscent::learn {

/// What the prototypes of a detector say of flows [n, d], threats first, as if each threat had been left out of the
/// mean of the threats: log((r + R) / (t + R / 20)), with r and t the squared distances to the weighted mean of the
/// rest and to that of the threats, and R the rest's weighted mean of r. At least two threats and one of the rest;
/// `restWeight` [n - threats] adds up to 1. [n], differentiable.
[[nodiscard]] torch::Tensor heldOutEvidence(const torch::Tensor& embedded, std::int64_t threats,
                                            const torch::Tensor& restWeight);
/// Cross-entropy of that evidence, both sides weighing alike; nats, a scalar.
[[nodiscard]] torch::Tensor evidenceLoss(const torch::Tensor& evidence, std::int64_t threats,
                                         const torch::Tensor& restWeight);

/// See Backend::fineTuned.
[[nodiscard]] base::Result<BaseModel> fineTuned(const BaseModel& model, const FineTuneExamples& examples,
                                                const FineTuneSettings& settings, const std::stop_token& stop);

} // namespace flowscent::learn
