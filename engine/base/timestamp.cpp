// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/timestamp.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

namespace flowscent::base {

namespace {

struct Split {
    std::int64_t seconds;
    std::int64_t nanoseconds; ///< 0 .. 999 999 999 also before 1970
};

Split split(Nanoseconds time)
{
    std::int64_t seconds = time / nanosecondsPerSecond;
    std::int64_t rest = time % nanosecondsPerSecond;
    if (rest < 0) {
        rest += nanosecondsPerSecond;
        --seconds;
    }
    return {seconds, rest};
}

/// Takes `digits` decimal digits; nothing when there are fewer.
std::optional<std::int64_t> takeNumber(std::string_view& text, std::size_t digits)
{
    std::int64_t number = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (i >= text.size() || text[i] < '0' || text[i] > '9')
            return std::nullopt;
        number = number * 10 + (text[i] - '0');
    }
    text.remove_prefix(digits);
    return number;
}

bool takeMark(std::string_view& text, char mark)
{
    const bool there = text.starts_with(mark);
    if (there)
        text.remove_prefix(1);
    return there;
}

/// "2014-04-28T02:34:16" in seconds since 1970.
std::optional<std::int64_t> takeDateTime(std::string_view& text)
{
    constexpr std::array<std::pair<std::size_t, char>, 6> parts{
        {{4, '-'}, {2, '-'}, {2, 'T'}, {2, ':'}, {2, ':'}, {2, 0}}};
    std::array<std::int64_t, parts.size()> values{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto value = takeNumber(text, parts[i].first);
        if (!value || (parts[i].second != 0 && !takeMark(text, parts[i].second)))
            return std::nullopt;
        values[i] = *value;
    }
    const auto [year, month, day, hour, minute, second] = values;
    const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(year)),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) // 60: a leap second
        return std::nullopt;
    return std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86'400} + hour * 3600 + minute * 60 +
           second;
}

/// Of a second, in nanoseconds.
std::optional<std::int64_t> takeFraction(std::string_view& text)
{
    if (!takeMark(text, '.') && !takeMark(text, ','))
        return 0;
    std::int64_t fraction = 0;
    std::size_t digits = 0;
    for (; digits < 9 && !text.empty() && text[0] >= '0' && text[0] <= '9'; ++digits)
        fraction = fraction * 10 + *takeNumber(text, 1);
    if (digits == 0)
        return std::nullopt;
    for (; digits < 9; ++digits)
        fraction *= 10;
    return fraction;
}

/// What follows the time, in seconds east of Greenwich: nothing, "Z", "+0200" or "+02:00".
std::optional<std::int64_t> offsetOf(std::string_view text)
{
    if (text.empty() || text == "Z" || text == "z")
        return 0;
    const bool west = text[0] == '-';
    if (!west && text[0] != '+')
        return std::nullopt;
    text.remove_prefix(1);
    const auto hours = takeNumber(text, 2);
    takeMark(text, ':');
    const auto minutes = takeNumber(text, 2);
    if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59)
        return std::nullopt;
    const std::int64_t seconds = *hours * 3600 + *minutes * 60;
    return west ? -seconds : seconds;
}

} // namespace

std::string epochText(Nanoseconds time)
{
    const bool negative = time < 0;
    const std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(time) : static_cast<std::uint64_t>(time);
    std::array<char, 40> text{};
    const int length = std::snprintf(text.data(), text.size(), "%s%llu.%09llu", negative ? "-" : "",
                                     static_cast<unsigned long long>(magnitude / 1'000'000'000U),
                                     static_cast<unsigned long long>(magnitude % 1'000'000'000U));
    std::string result(text.data(), static_cast<std::size_t>(length));
    for (int spare = 0; spare < 3 && result.back() == '0'; ++spare)
        result.pop_back();
    return result;
}

std::optional<Nanoseconds> parseEpoch(std::string_view text)
{
    const bool negative = text.starts_with('-');
    if (negative)
        text.remove_prefix(1);
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    std::string_view fraction = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
    if (whole.empty() || fraction.size() > 30)
        return std::nullopt;

    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), seconds);
    if (error != std::errc{} || end != whole.data() + whole.size() || seconds < 0 || seconds > 9'223'372'035)
        return std::nullopt;
    std::int64_t nanoseconds = 0;
    for (std::size_t digit = 0; digit < 9; ++digit) {
        const char c = digit < fraction.size() ? fraction[digit] : '0';
        if (c < '0' || c > '9')
            return std::nullopt;
        nanoseconds = nanoseconds * 10 + (c - '0');
    }
    const Nanoseconds time = seconds * nanosecondsPerSecond + nanoseconds;
    return negative ? -time : time;
}

std::optional<Nanoseconds> parseIso(std::string_view text)
{
    constexpr std::int64_t lastSecond = 9'223'372'035; // whose nanoseconds 64 bits still hold
    const auto seconds = takeDateTime(text);
    const auto fraction = seconds ? takeFraction(text) : std::nullopt;
    const auto offset = fraction ? offsetOf(text) : std::nullopt;
    if (!offset)
        return std::nullopt;
    const std::int64_t utc = *seconds - *offset;
    if (utc > lastSecond || utc < -lastSecond)
        return std::nullopt;
    return utc * nanosecondsPerSecond + *fraction;
}

std::string isoText(Nanoseconds time)
{
    const auto [seconds, nanoseconds] = split(time);
    const std::time_t whole = seconds;
    std::tm calendar{};
    gmtime_r(&whole, &calendar);
    std::array<char, 64> day{};
    std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &calendar);
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "%s.%06lld+0000", day.data(), static_cast<long long>(nanoseconds / 1000));
    return text.data();
}

} // namespace flowscent::base
