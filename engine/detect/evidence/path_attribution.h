// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/matrix.h"

namespace flowscent::detect {

/// A function of many numbers, asked about many points (rows) at once. `gradients` has the points' shape and may be
/// wrong at corners, of which there are few.
struct SlopedFunction {
    std::function<base::Result<std::vector<double>>(const base::Matrix& points)> values;
    std::function<base::Result<base::Matrix>(const base::Matrix& points)> gradients;
};

struct PathSettings {
    std::size_t firstPieces = 8;
    double tolerance = 0.008;     ///< of `scale`: the pieces' errors together
    double scale = 0;             ///< what errors are shares of; 0 for the difference between the ends
    std::size_t mostSteps = 4096; ///< gradients
};

/// How much each number has to do with the function's difference between two points.
struct PathAttribution {
    std::vector<double> perColumn;
    double atStart = 0;
    double atEnd = 0;
    double missing = 0;           ///< atEnd - atStart - sum of perColumn
    double completenessError = 0; ///< |missing| as a share of the scale; 0 where nothing is missing
    std::size_t steps = 0;        ///< gradients taken
};

/// Integrated gradients (Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", ICML 2017) along the
/// straight line. Two Gauss-Legendre points a piece; the function's own values at a piece's ends say how far its
/// attributions are from complete, and the worst pieces are halved until all errors together, whatever their signs,
/// keep the tolerance or `mostSteps` are taken: corners (ReLU, maxima) cost steps only where they are. Numbers that
/// agree at both ends get exactly 0. Errors are those of the function; Argument when the ends differ in size.
[[nodiscard]] base::Result<PathAttribution> integrateGradients(const SlopedFunction& function,
                                                               std::span<const float> start, std::span<const float> end,
                                                               const PathSettings& settings = {});

} // namespace flowscent::detect
