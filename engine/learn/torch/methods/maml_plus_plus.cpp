// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/gradient_method.h"

/// MAML with what makes it steady: multi-step loss, annealed derivative order, learned rates per tensor and step.
/// Per-step batch normalisation, the fourth idea, has no place here: no encoder has batch statistics.
namespace flowscent::learn {

std::unique_ptr<FewShotMethod> makeMamlPlusPlus(const InnerLoopSettings& settings)
{
    InnerLoopSettings all = settings;
    all.learnRates = all.multiStepLoss = all.annealOrder = true;
    return std::make_unique<GradientMethod>(all, RateKind::PerTensorStep, true);
}

} // namespace flowscent::learn
