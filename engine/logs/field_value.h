// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "engine/base/timestamp.h"
#include "engine/packet/address.h"

/// One field of a log line as it was written, and what it may mean. Every function gives nothing for a value that is of
/// another kind or out of range.
namespace flowscent::logs {

/// Neither text nor number: a list or an object where a single value belongs.
struct Nested {
    friend bool operator==(Nested, Nested) = default;
};
using FieldValue = std::variant<std::string_view, std::uint64_t, double, Nested>; ///< negative numbers are doubles

/// Packets, bytes: whole numbers below 2^53, which sums of both directions and JSON's numbers still hold exactly.
[[nodiscard]] std::optional<std::uint64_t> countOf(const FieldValue& value);
[[nodiscard]] std::optional<std::uint16_t> portOf(const FieldValue& value);
/// "Jan 1970 to 2262": seconds with a fraction, milliseconds (numbers above 10^11), or ISO 8601 text. JSON's numbers
/// hold microseconds and no more, so they are rounded to those.
[[nodiscard]] std::optional<base::Nanoseconds> timeOf(const FieldValue& value);
/// Seconds with a fraction; never negative.
[[nodiscard]] std::optional<base::Nanoseconds> durationOf(const FieldValue& value);
[[nodiscard]] std::optional<packet::IpAddress> addressOf(const FieldValue& value);
[[nodiscard]] std::optional<std::string_view> textOf(const FieldValue& value);

} // namespace flowscent::logs
