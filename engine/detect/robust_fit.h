// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/detect/part_fit.h"

/// The fit inside detect::adapt, for who has to know what it learned from; for this module only.
namespace flowscent::detect {

/// The rows that the parts are fitted on, and the fit.
struct Fit {
    Rows used;
    PartFit parts;
};

/// Rows by their numbers: the order of each kind in Examples, so that a detector does not depend on the order in which
/// somebody clicked.
[[nodiscard]] Rows numberOrder(const FlowNumbers& flows);
/// All examples with the bank (none for methods without). Support and Model errors as of adapt.
[[nodiscard]] base::Result<Examples> gather(const DescribedInput& input, const FlowNumbers& bank);
/// Sets aside what looks like the threat, as the method does, and fits without it.
[[nodiscard]] base::Result<Fit> fitRobustly(const Examples& examples, const FitSettings& settings);

} // namespace flowscent::detect
