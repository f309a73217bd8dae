// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/detect/detector.h"

namespace flowscent::detect {

/// The slower way to a detector: the encoder first takes a few steps on the examples (Backend::fineTuned), then adapts
/// to them as it is now. The detector carries that encoder and scores with it alone; numbers of flows that the model's
/// own encoder gave mean nothing to it. Errors as of Backend::fineTuned and adapt.
[[nodiscard]] base::Result<Detector> adaptFineTuned(const learn::Backend& backend, const learn::BaseModel& model,
                                                    const AdaptInput& input, const AdaptSettings& settings,
                                                    const learn::FineTuneSettings& tuning, const std::stop_token& stop);

} // namespace flowscent::detect
