// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "engine/detect/detector.h"

/// Fitting heads and asking them about examples that they did not see; for this module only.
namespace flowscent::detect {

/// All examples in one matrix: threat first, then counter-examples, then background.
struct Examples {
    base::Matrix rows;
    std::size_t threats = 0;
    std::size_t counters = 0;

    [[nodiscard]] std::size_t size() const { return rows.rows; }
    [[nodiscard]] std::size_t backgroundBegin() const { return threats + counters; }
    [[nodiscard]] std::size_t background() const { return size() - backgroundBegin(); }
    [[nodiscard]] bool isThreat(std::size_t row) const { return row < threats; }
    [[nodiscard]] bool isCounter(std::size_t row) const { return !isThreat(row) && row < backgroundBegin(); }
};

/// Rows of Examples, ascending.
using Rows = std::vector<std::size_t>;

/// A detector's parts and what they say of each example when it is held out of the fit.
struct PartFit {
    std::vector<DetectorPart> parts;
    std::vector<double> heldOut; ///< combined logit by row of Examples
};

/// Fits the method's heads on the rows `used`, which must name both sides. Each threat example is held out alone, the
/// rest in four folds; where that would leave nothing of a side, the full fit answers.
[[nodiscard]] base::Result<PartFit> fitParts(const Examples& examples, const Rows& used, Method method,
                                             const learn::HeadParameters& parameters);

} // namespace flowscent::detect
