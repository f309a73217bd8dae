// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/detect/detector.h"

namespace flowscent::detect {

/// What one adaptation says: of the flows that are judged (the capture's, or a sample of them) and of all examples of
/// the threat, those it was made from or not. Scores 0..1, or NaN for none.
struct RefitAnswer {
    double line = 0; ///< combined logit at which alarms begin
    std::vector<float> flows;
    std::vector<float> examples;
};

/// Adapts to the named examples of the threat alone (ascending places; counter-examples and background as they are).
using Refit = std::function<base::Result<RefitAnswer>(std::span<const std::uint32_t> examples)>;

/// What dropping one example would change. Plain value.
struct Influence {
    std::uint32_t example = 0;
    std::optional<float> ownScore;  ///< by the detector made without it; none when it is the only one
    double lineChange = 0;          ///< combined logits, without minus with
    std::uint32_t alarmsLost = 0;   ///< alarms that are none without it
    std::uint32_t alarmsGained = 0; ///< alarms that are there only without it
    std::uint32_t alarms = 0;       ///< with it
    double rankCorrelation = 1;     ///< Spearman's, of the flows' scores with and without it
    double influence = 0;           ///< 1 - rankCorrelation, 0 .. 2
    friend bool operator==(const Influence&, const Influence&) = default;
};

/// Leaves each example out in turn; one refit each, and one with all. Of a single example there is nothing to drop: one
/// entry that says so. In the order of the examples. Support error without an example; the refit's errors; Cancelled.
[[nodiscard]] base::Result<std::vector<Influence>> influences(std::size_t examples, const Refit& refit,
                                                              const std::stop_token& stop);

/// "example 3: without it 12 of 70 alarms go and 1 comes; the other examples do not find it (score 0.08): look at it
/// again".
[[nodiscard]] std::string sentence(const Influence& influence);
/// The same without "example 3: ", for who shows the example itself.
[[nodiscard]] std::string change(const Influence& influence);

/// Refits as detect::adapt does. What is named must outlive the function.
[[nodiscard]] Refit refitOf(const Foundation& foundation, const DescribedInput& input, const AdaptSettings& settings,
                            const FlowNumbers& flows);

/// Spearman's rank correlation, equal values sharing the mean of their ranks; pairs with a NaN are left out. 1 when
/// fewer than two pairs remain or both sides are constant, 0 when one side is.
[[nodiscard]] double rankCorrelation(std::span<const float> a, std::span<const float> b);

} // namespace flowscent::detect
