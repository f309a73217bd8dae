// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/timestamp.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

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
