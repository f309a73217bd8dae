// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/matrix.h"
#include "engine/detect/evidence/named_features.h"

namespace flowscent::detect {

inline constexpr std::size_t mostFlipFeatures = 10;

/// What would bring a flow's score below the line.
struct Flip {
    std::vector<FeatureIndex> features; ///< set to what is normal; empty when mostFlipFeatures were not enough
    double logit = 0;                   ///< combined logit with them so; of the best try when they were not enough

    [[nodiscard]] bool found() const { return !features.empty(); }
    friend bool operator==(const Flip&, const Flip&) = default;
};

using LogitsOf = std::function<base::Result<std::vector<double>>(const base::Matrix& flows)>;

/// A small set of named features that, set to those of `twin`, lower the logit below `line`: the best single one, then
/// the best beside it, and so on, and at last without those that turn out to be unneeded (the search for a minimal
/// distinguishing change follows Yang et al., "CADE", USENIX Security 2021). Greedy, so a smaller set may exist; a
/// change of statistics alone need not be one that a real flow could make. Flow and twin side by side, scaled; the flow
/// is at or above the line. About five hundred logits.
[[nodiscard]] base::Result<Flip> findFlip(const LogitsOf& logits, std::span<const float> flow,
                                          std::span<const float> twin, double line);

} // namespace flowscent::detect
