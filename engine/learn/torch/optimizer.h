// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "engine/learn/torch/parameters.h"
#include "engine/learn/training/train_settings.h"

namespace flowscent::learn {

/// Torch's optimizer of the settings over a bag of parameters, with a state that can be written down. Weight decay is
/// for "encoder.*" alone. Inside the plugin only.
class MetaOptimizer {
public:
    /// The tensors are shared with the bag and changed in place; they must require gradients.
    MetaOptimizer(const Parameters& parameters, const TrainSettings& settings);

    /// One step along the gradients, in the order of the bag. They are clipped to the settings' norm first. The norm
    /// before clipping; a norm that is not finite (a singular task) moves nothing.
    double step(const std::vector<torch::Tensor>& gradients, double rate);

    /// Tensors "`prefix`<parameter>/<what>" and one metadata entry.
    void put(base::TensorFile& file, const std::string& prefix) const;
    [[nodiscard]] base::Result<void> take(const base::TensorFile& file, const std::string& prefix);

private:
    Parameters m_parameters;
    Optimizer m_kind;
    double m_clip;
    std::unique_ptr<torch::optim::Optimizer> m_optimizer;
};

} // namespace flowscent::learn
