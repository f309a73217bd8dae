// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/matrix.h"

namespace flowscent::detect {

/// Everything that is known - examples, background, bank - for asking whether a flow is like any of it. Plain value;
/// any thread may ask.
struct Familiarity {
    std::vector<float> centre;  ///< mean of what is known
    base::Matrix known;         ///< directions from there, see directions.h
    std::vector<float> typical; ///< ascending: how like its nearest neighbour each typical flow is
};

/// `known`: embeddings, the first `typical` > 0 of which are flows such as will be asked about (a capture's
/// background): what is usual among these decides what is unusual. Support error without typical flows or with a single
/// known one, Model error when a number is not finite. Costs typical x known cosines.
[[nodiscard]] base::Result<Familiarity> fitFamiliarity(const base::Matrix& known, std::size_t typical);

/// For each row the share of typical flows that are no more like the rest of what is known than this flow is: the p
/// value (r + 1) / (n + 1) of a conformal test for novelty (Bates et al., "Testing for outliers with conformal
/// p-values", Annals of Statistics 2023; typical flows are held out one at a time instead of split off). A flow drawn
/// as the typical ones were falls at or below any a with a probability of about a at most; below 1 / (n + 1) none can.
[[nodiscard]] std::vector<double> familiarity(const Familiarity& familiar, const base::Matrix& embeddings);
/// The same for who only asks whether flows are familiar enough: up to `enough` shares are exact, above they are a
/// bound from below, because looking ends with the first known flow that is like enough. Ordinary flows then cost a few
/// cosines instead of one for everything known.
[[nodiscard]] std::vector<double> familiarity(const Familiarity& familiar, const base::Matrix& embeddings,
                                              double enough);

} // namespace flowscent::detect
