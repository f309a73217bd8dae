// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "engine/flow/flow_table.h"

namespace flowscent::flow {

/// Both ends are times of the clock in UTC; `last` is within.
struct TimeSpan {
    base::Nanoseconds first = 0;
    base::Nanoseconds last = 0;

    friend bool operator==(const TimeSpan&, const TimeSpan&) = default;
};

/// A length of time that people count in: "5 minutes", "3 months".
struct TimeStep {
    enum class Unit : std::uint8_t { Millisecond, Second, Minute, Hour, Day, Month, Year };
    Unit unit = Unit::Second;
    std::uint32_t count = 1;

    friend bool operator==(const TimeStep&, const TimeStep&) = default;
};

/// Time cut into pieces of one round length, which begin where a calendar (proleptic Gregorian, UTC) would begin them:
/// on full minutes, days, months. Plain value. Months and years differ in length, so every edge is kept; there are
/// never more than was asked for, be it a second or three centuries that is cut.
class TimeBuckets {
public:
    TimeBuckets() = default; ///< none
    /// The smallest round length that needs at most `most` buckets (at least 2 are always allowed) to hold the span. A
    /// span that runs backwards is taken for its first moment.
    [[nodiscard]] static TimeBuckets over(const TimeSpan& span, std::size_t most);

    [[nodiscard]] std::size_t size() const { return m_edges.empty() ? 0 : m_edges.size() - 1; }
    [[nodiscard]] bool empty() const { return m_edges.empty(); }
    [[nodiscard]] TimeStep step() const { return m_step; }
    [[nodiscard]] base::Nanoseconds begin(std::size_t bucket) const { return m_edges[bucket]; }
    [[nodiscard]] base::Nanoseconds end(std::size_t bucket) const { return m_edges[bucket + 1]; } ///< no longer within
    /// The bucket that holds the time; nothing when none does. The last moment that 64 bits can say has no moment after
    /// it that could end its bucket: it is within all the same.
    [[nodiscard]] std::optional<std::size_t> of(base::Nanoseconds time) const
    {
        constexpr auto lastMoment = std::numeric_limits<base::Nanoseconds>::max();
        if (m_edges.empty() || time < m_edges.front() || (time >= m_edges.back() && time != lastMoment) ||
            time > m_edges.back())
            return std::nullopt;
        return std::min(m_length > 0 ? distance(time) / static_cast<std::uint64_t>(m_length) : search(time),
                        size() - 1);
    }

    friend bool operator==(const TimeBuckets&, const TimeBuckets&) = default;

private:
    /// Unsigned, for the edges may be further apart than a signed number can say.
    [[nodiscard]] std::uint64_t distance(base::Nanoseconds time) const
    {
        return static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(m_edges.front());
    }
    [[nodiscard]] std::size_t search(base::Nanoseconds time) const;

    TimeStep m_step;
    base::Nanoseconds m_length = 0; ///< of every bucket; 0 where they differ
    std::vector<base::Nanoseconds> m_edges;
};

/// From the earliest first packet to the latest; nothing without rows.
[[nodiscard]] std::optional<TimeSpan> startsOf(const FlowTable& table, std::span<const std::uint32_t> rows);

} // namespace flowscent::flow
