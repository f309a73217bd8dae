// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "engine/detect/detector.h"

namespace flowscent::detect {

/// What each part of a detector would say if it were all of it: per part one score for every flow, read on the
/// detector's scale, so that 0.5 is its line and their weighted logits add up to the score's. What suggestNext
/// compares.
[[nodiscard]] std::vector<std::vector<float>> partOpinions(const Detector& detector, const FlowNumbers& flows);

} // namespace flowscent::detect
