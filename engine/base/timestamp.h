// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flowscent::base {

/// Nanoseconds since 1970-01-01 00:00 UTC. Captures reach from 1970 (clocks that never were set) to 2262.
using Nanoseconds = std::int64_t;

inline constexpr Nanoseconds nanosecondsPerSecond = 1'000'000'000;

/// "1398656056.898430123": exact, at least six and at most nine decimals.
[[nodiscard]] std::string epochText(Nanoseconds time);
/// The inverse; reads "1398656056", "1398656056.8984". Nothing when it is not a number or out of range.
[[nodiscard]] std::optional<Nanoseconds> parseEpoch(std::string_view text);
/// Reads ISO 8601: "2014-04-28T02:34:16.898430+0000", "...+02:00", "...Z", without an offset UTC; a fraction of up to
/// nine digits or none. Nothing for anything else, for a day that no calendar has, or out of range.
[[nodiscard]] std::optional<Nanoseconds> parseIso(std::string_view text);
/// "2014-04-28T02:34:16.898430+0000", as Suricata writes it.
[[nodiscard]] std::string isoText(Nanoseconds time);

} // namespace flowscent::base
