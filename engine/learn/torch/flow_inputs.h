// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/learn/base_model.h"
#include "engine/learn/torch/parameters.h"

/// Flows that somebody handed in, made ready for an encoder; inside the plugin only. `who` says in errors whose they
/// are: "an example", "a flow".
namespace flowscent::learn {

/// Whether flows can be scaled and embedded: of this version's shape, and numbers. Support error otherwise.
[[nodiscard]] base::Result<void> checkFlows(const features::FeatureSet& raw, const BaseModel& model,
                                            const std::string& who);
/// Scaled inputs [n, features] of flows that checkFlows let pass. Support error for numbers that no flow has: a
/// negative count has no logarithm.
[[nodiscard]] base::Result<torch::Tensor> flowInputs(const features::FeatureSet& raw, const BaseModel& model,
                                                     const std::string& who);

} // namespace flowscent::learn
