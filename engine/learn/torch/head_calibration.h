// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/learn/base_model.h"
#include "engine/learn/tasks/dataset.h"
#include "engine/learn/torch/methods/method.h"
#include "engine/learn/training/train_settings.h"

namespace flowscent::learn {

/// The constants of the product's heads (ridge, prototypes) for a trained encoder, whatever the method it was trained
/// with: those that were trained along, else the ones that fit training episodes best with the encoder as it is.
/// Deterministic from the settings' seed.
[[nodiscard]] HeadParameters calibratedHeads(const MetaModel& model, const torch::Tensor& inputs,
                                             const Dataset& dataset, const TrainSettings& settings);

} // namespace flowscent::learn
