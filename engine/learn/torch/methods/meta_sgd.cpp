// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/torch/methods/gradient_method.h"

/// MAML whose inner step has a learned rate, sign included, for every single number.
namespace flowscent::learn {

std::unique_ptr<FewShotMethod> makeMetaSgd(const InnerLoopSettings& settings)
{
    return std::make_unique<GradientMethod>(settings, RateKind::PerParameter, true);
}

} // namespace flowscent::learn
