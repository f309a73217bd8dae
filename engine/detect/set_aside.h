// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/detect/part_fit.h"

/// Keeping the threat out of the background, which nobody has looked at; for this module only.
namespace flowscent::detect {

/// With the bank: all rows but the background flows that a first look, at the examples against bank and
/// counter-examples, takes for the threat: those that get nearly what it gives an example that it has not seen. Whoever
/// looks knows nothing of the background, so the threat in it cannot hide itself.
[[nodiscard]] base::Result<Rows> withoutLookAlikes(const Examples& examples, const FitSettings& settings);

/// Without: all rows but background flows that lie closer to an example than any two examples lie to each other...
[[nodiscard]] Rows withoutClosest(const Examples& examples);
/// ...and of those the ones that, held out, score above the typical example. At most a tenth of the background
/// together.
[[nodiscard]] Rows withoutHighest(const Examples& examples, const Rows& used, const PartFit& fit);

} // namespace flowscent::detect
