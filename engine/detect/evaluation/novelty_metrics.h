// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

/// How well a novelty score (higher: more unlike what is known) tells what is unseen from what was seen. Pure; scores
/// finite.
namespace flowscent::detect {

/// Probability that an unseen one scores above a seen one, ties counting half (Mann-Whitney; Hanley and McNeil,
/// "The meaning and use of the area under a ROC curve", Radiology 1982). 0.5 where a side is empty.
[[nodiscard]] double noveltyAuroc(std::span<const double> seen, std::span<const double> unseen);

/// Share of the unseen that is taken for seen at the strictest threshold which still takes `accepted` (0..1) of the
/// seen for that; equal scores fall on one side. 0 without unseen, 1 without seen.
[[nodiscard]] double falseAcceptance(std::span<const double> seen, std::span<const double> unseen, double accepted);

} // namespace flowscent::detect
