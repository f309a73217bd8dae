// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <optional>

#include "ui/session/flow_query.h"

namespace flowscent::ui {

/// Flows that start at or after `begin` and before `end`.
struct TimeRange {
    base::Nanoseconds begin = 0;
    base::Nanoseconds end = 0; ///< no longer within

    friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

inline const QString timeChipName = QStringLiteral("time");

/// The condition that a flow starts in the range, for the window's query: shown as "12:00:00–12:05:00", with days where
/// there are several, and with parts of a second where the range has them.
[[nodiscard]] QueryChip timeChip(const TimeRange& range);
/// What `timeChip` was made of; nothing for any other chip.
[[nodiscard]] std::optional<TimeRange> timeRangeOf(const QueryChip& chip);
/// The range of the query's chip.
[[nodiscard]] std::optional<TimeRange> timeRangeOf(const QueryState& state);

enum class Day : std::uint8_t { WhereNeeded, Always };
/// "12:00:00–12:05:00", "2026-05-01 23:00–2026-05-02 01:00": no more digits than both ends need. A range within one day
/// tells it, once, only when it always should.
[[nodiscard]] QString timeRangeText(const TimeRange& range, Day day = Day::WhereNeeded);

} // namespace flowscent::ui
