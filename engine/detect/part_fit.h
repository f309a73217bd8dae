// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/detect/detector.h"

/// Fitting parts and asking them about examples that they did not see; for this module only.
namespace flowscent::detect {

/// All examples in one piece: threat first, then counter-examples, then background, then the benign bank.
struct Examples {
    FlowNumbers flows;
    std::size_t threats = 0;
    std::size_t counters = 0;
    std::size_t background = 0;

    [[nodiscard]] std::size_t size() const { return flows.size(); }
    [[nodiscard]] std::size_t backgroundBegin() const { return threats + counters; }
    [[nodiscard]] std::size_t bankBegin() const { return backgroundBegin() + background; }
    [[nodiscard]] bool isThreat(std::size_t row) const { return row < threats; }
    [[nodiscard]] bool isCounter(std::size_t row) const { return !isThreat(row) && row < backgroundBegin(); }
    [[nodiscard]] bool isBank(std::size_t row) const { return row >= bankBegin(); }
};

/// Rows of Examples, ascending.
using Rows = std::vector<std::uint32_t>;

/// What decides a fit besides the examples.
struct FitSettings {
    Method method = Method::Ensemble;
    learn::HeadParameters heads;
    std::uint64_t seed = 1;
};

/// A detector's parts and what they say of each example when it is held out of the fit.
struct PartFit {
    std::vector<DetectorPart> parts;
    std::vector<double> heldOut; ///< combined logit by row of Examples
};

/// Whether the method takes the benign bank for examples of the rest.
[[nodiscard]] bool usesBank(Method method);

/// Parts to be asked once about other rows, fitted on the rows `used`, which must name both sides. Their scale is only
/// known where the method needs none (those that use the bank).
[[nodiscard]] base::Result<std::vector<DetectorPart>> glance(const Examples& examples, const Rows& used,
                                                             const FitSettings& settings);
/// What a head learns of the rows `used`: each side weighs the same, whatever their numbers.
[[nodiscard]] learn::HeadExamples headTask(const Examples& examples, const Rows& used);
/// With held-out answers: threat examples are left out one by one (in five folds when there are more), the rest in four
/// folds. Where that would leave nothing of a side, the full fit answers.
[[nodiscard]] base::Result<PartFit> fitHeldOut(const Examples& examples, const Rows& used, const FitSettings& settings);

} // namespace flowscent::detect
