// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/gradient_method.h"

/// MAML, and FOMAML when the inner gradients count as constants.
namespace flowscent::learn {

std::unique_ptr<FewShotMethod> makeMaml(const InnerLoopSettings& settings, bool secondOrder)
{
    const RateKind rates = settings.learnRates ? RateKind::PerTensorStep : RateKind::Fixed;
    return std::make_unique<GradientMethod>(settings, rates, secondOrder);
}

} // namespace flowscent::learn
