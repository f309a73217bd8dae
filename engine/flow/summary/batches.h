// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>

/// Inside summaries only.
namespace flowscent::flow {

/// Calls `visit(row)` for each row and looks at the token now and then. False when it was stopped.
template <class Visit>
[[nodiscard]] bool inBatches(std::span<const std::uint32_t> rows, const std::stop_token& stop, const Visit& visit)
{
    constexpr std::size_t batch = 16384; ///< well under a millisecond's work
    for (std::size_t at = 0; at < rows.size(); at += batch) {
        if (stop.stop_requested())
            return false;
        for (const std::uint32_t row : rows.subspan(at, std::min(batch, rows.size() - at)))
            visit(row);
    }
    return !stop.stop_requested();
}

} // namespace flowscent::flow
