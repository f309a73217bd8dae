// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "engine/detect/evidence/evidence.h"
#include "engine/detect/evidence/example_shares.h"

/// For this module only.
namespace flowscent::detect {

/// What each example adds to a detector's ridge; nothing where it has none, or was made from others.
struct RidgeShares {
    std::optional<ExampleShares> values;
    std::vector<ExampleShare> whose; ///< per value, its share not yet known

    /// Largest size first.
    [[nodiscard]] std::vector<ExampleShare> of(std::span<const float> embedding) const;
};

/// Fits once more what the detector was fitted on, to know which examples it kept. Errors as of adapt.
[[nodiscard]] base::Result<RidgeShares> ridgeShares(const Foundation& foundation, const Detector& detector,
                                                    const DescribedInput& input, std::uint64_t seed);

} // namespace flowscent::detect
