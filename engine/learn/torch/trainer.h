// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/learn/backend.h"

namespace flowscent::learn {

/// Meta-trains the default encoder; see Backend::train for the contract.
[[nodiscard]] base::Result<BaseModel> metaTrain(const Dataset& training, const Dataset& validation,
                                                const TrainSettings& settings, const CurveSink& curve,
                                                const std::stop_token& stop);

} // namespace flowscent::learn
