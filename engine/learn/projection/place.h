// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/matrix.h"

namespace flowscent::learn {

/// Where a row stands on a map. A map has no unit: only what lies near what can be read.
struct Place {
    float x = std::numeric_limits<float>::quiet_NaN();
    float y = std::numeric_limits<float>::quiet_NaN();

    /// Rows that nothing is known of have no place.
    [[nodiscard]] bool known() const { return !std::isnan(x); }
};

/// A place per row of the matrix that was laid out.
using Places = std::vector<Place>;
/// Hears of layouts on their way; called from the thread that lays out.
using PlacesSink = std::function<void(Places)>;

/// Those of `rows` all of whose numbers are finite, in that order.
[[nodiscard]] std::vector<std::uint32_t> finiteRows(const base::Matrix& matrix, std::span<const std::uint32_t> rows);

/// The answer of whatever was stopped before its end.
[[nodiscard]] inline tl::unexpected<base::Error> layoutStopped()
{
    return base::failure(base::Error::Code::Cancelled, "the map was stopped before it was laid out");
}

} // namespace flowscent::learn
