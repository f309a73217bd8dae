// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/flow/summary/time_buckets.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>

namespace flowscent::flow {

namespace {

using base::Nanoseconds;
using Unit = TimeStep::Unit;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr Nanoseconds dayLength = 86'400 * base::nanosecondsPerSecond;
constexpr int monthsPerYear = 12;

constexpr auto steps = std::to_array<TimeStep>({
    {Unit::Millisecond, 1},   {Unit::Millisecond, 2},  {Unit::Millisecond, 5},   {Unit::Millisecond, 10},
    {Unit::Millisecond, 20},  {Unit::Millisecond, 50}, {Unit::Millisecond, 100}, {Unit::Millisecond, 200},
    {Unit::Millisecond, 500}, {Unit::Second, 1},       {Unit::Second, 2},        {Unit::Second, 5},
    {Unit::Second, 10},       {Unit::Second, 15},      {Unit::Second, 30},       {Unit::Minute, 1},
    {Unit::Minute, 2},        {Unit::Minute, 5},       {Unit::Minute, 10},       {Unit::Minute, 15},
    {Unit::Minute, 30},       {Unit::Hour, 1},         {Unit::Hour, 2},          {Unit::Hour, 3},
    {Unit::Hour, 6},          {Unit::Hour, 12},        {Unit::Day, 1},           {Unit::Day, 2},
    {Unit::Day, 7},           {Unit::Month, 1},        {Unit::Month, 3},         {Unit::Month, 6},
    {Unit::Year, 1},          {Unit::Year, 2},         {Unit::Year, 5},          {Unit::Year, 10},
    {Unit::Year, 20},         {Unit::Year, 50},        {Unit::Year, 100},        {Unit::Year, 200},
});

/// 0 where the calendar decides.
constexpr Nanoseconds lengthOf(const TimeStep& step)
{
    switch (step.unit) {
    case Unit::Millisecond:
        return step.count * Nanoseconds{1'000'000};
    case Unit::Second:
        return step.count * base::nanosecondsPerSecond;
    case Unit::Minute:
        return step.count * 60 * base::nanosecondsPerSecond;
    case Unit::Hour:
        return step.count * 3600 * base::nanosecondsPerSecond;
    case Unit::Day:
        return step.count * dayLength;
    case Unit::Month:
    case Unit::Year:
        break;
    }
    return 0;
}

Nanoseconds floorTo(Nanoseconds time, Nanoseconds length)
{
    const Nanoseconds rest = time % length;
    const Nanoseconds down = rest < 0 ? rest + length : rest;
    return time < std::numeric_limits<Nanoseconds>::min() + down ? time : time - down;
}

/// Months since the year 0.
int monthOf(Nanoseconds time)
{
    const year_month_day date{sys_days(std::chrono::days(floorTo(time, dayLength) / dayLength))};
    return static_cast<int>(date.year()) * monthsPerYear + static_cast<int>(static_cast<unsigned>(date.month())) - 1;
}

/// The first moment of the month; stands still at the end of what 64 bits can say.
Nanoseconds beginOfMonth(int month)
{
    const auto date = std::chrono::year(month / monthsPerYear) /
                      std::chrono::month(static_cast<unsigned>(month % monthsPerYear) + 1) / 1;
    const auto days = static_cast<Nanoseconds>(sys_days(date).time_since_epoch().count());
    constexpr Nanoseconds mostDays = std::numeric_limits<Nanoseconds>::max() / dayLength;
    if (days > mostDays)
        return std::numeric_limits<Nanoseconds>::max();
    return days < -mostDays ? std::numeric_limits<Nanoseconds>::min() : days * dayLength;
}

int monthsIn(const TimeStep& step)
{
    return static_cast<int>(step.count) * (step.unit == Unit::Year ? monthsPerYear : 1);
}

std::size_t needed(const TimeStep& step, const TimeSpan& span)
{
    if (const Nanoseconds length = lengthOf(step); length > 0) {
        // Unsigned, for the two ends may be further apart than a signed number can say.
        const auto apart =
            static_cast<std::uint64_t>(span.last) - static_cast<std::uint64_t>(floorTo(span.first, length));
        return static_cast<std::size_t>(apart / static_cast<std::uint64_t>(length)) + 1;
    }
    const int months = monthsIn(step);
    return static_cast<std::size_t>(monthOf(span.last) / months - monthOf(span.first) / months) + 1;
}

Nanoseconds after(Nanoseconds edge, Nanoseconds length)
{
    return edge > std::numeric_limits<Nanoseconds>::max() - length ? std::numeric_limits<Nanoseconds>::max()
                                                                   : edge + length;
}

} // namespace

TimeBuckets TimeBuckets::over(const TimeSpan& span, std::size_t most)
{
    const TimeSpan whole{span.first, std::max(span.first, span.last)};
    const auto* found = std::ranges::find_if(
        steps, [&](const TimeStep& step) { return needed(step, whole) <= std::max<std::size_t>(most, 2); });
    TimeBuckets buckets;
    buckets.m_step = found == steps.end() ? steps.back() : *found;
    buckets.m_length = lengthOf(buckets.m_step);
    const std::size_t count = needed(buckets.m_step, whole);
    buckets.m_edges.reserve(count + 1);
    if (buckets.m_length > 0) {
        buckets.m_edges.push_back(floorTo(whole.first, buckets.m_length));
        while (buckets.m_edges.size() <= count)
            buckets.m_edges.push_back(after(buckets.m_edges.back(), buckets.m_length));
        return buckets;
    }
    const int months = monthsIn(buckets.m_step);
    int month = monthOf(whole.first) / months * months;
    for (; buckets.m_edges.size() <= count; month += months)
        buckets.m_edges.push_back(beginOfMonth(month));
    return buckets;
}

std::size_t TimeBuckets::search(Nanoseconds time) const
{
    return static_cast<std::size_t>(std::ranges::upper_bound(m_edges, time) - m_edges.begin()) - 1;
}

std::optional<TimeSpan> startsOf(const FlowTable& table, std::span<const std::uint32_t> rows)
{
    if (rows.empty())
        return std::nullopt;
    TimeSpan span{table.start[rows.front()], table.start[rows.front()]};
    for (const std::uint32_t row : rows) {
        span.first = std::min(span.first, table.start[row]);
        span.last = std::max(span.last, table.start[row]);
    }
    return span;
}

} // namespace flowscent::flow
