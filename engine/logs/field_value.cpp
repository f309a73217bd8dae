// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/logs/field_value.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace flowscent::logs {

namespace {

constexpr std::uint64_t countLimit = std::uint64_t{1} << 53;
constexpr double latest = 9'223'372'035; ///< second whose nanoseconds 64 bits still hold
constexpr double millisecondsBegin = 1e11;

std::optional<std::uint64_t> wholeNumber(std::string_view text)
{
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool read = error == std::errc{} && end == text.data() + text.size() && !text.empty();
    return read ? std::optional(number) : std::nullopt;
}

std::optional<base::Nanoseconds> fromSeconds(double seconds)
{
    if (!(seconds >= 0 && seconds <= latest))
        return std::nullopt;
    const double whole = std::floor(seconds);
    const auto microseconds = static_cast<std::int64_t>(std::llround((seconds - whole) * 1e6));
    return static_cast<std::int64_t>(whole) * base::nanosecondsPerSecond + microseconds * 1000;
}

std::optional<double> numberOf(const FieldValue& value)
{
    if (const auto* whole = std::get_if<std::uint64_t>(&value))
        return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&value))
        return *real;
    return std::nullopt;
}

std::optional<base::Nanoseconds> notBefore1970(std::optional<base::Nanoseconds> time)
{
    return time && *time >= 0 ? time : std::nullopt;
}

} // namespace

std::optional<std::uint64_t> countOf(const FieldValue& value)
{
    std::optional<std::uint64_t> count;
    if (const auto* text = std::get_if<std::string_view>(&value))
        count = wholeNumber(*text);
    else if (const auto* number = std::get_if<std::uint64_t>(&value))
        count = *number;
    return count && *count < countLimit ? count : std::nullopt;
}

std::optional<std::uint16_t> portOf(const FieldValue& value)
{
    const auto number = countOf(value);
    return number && *number <= std::numeric_limits<std::uint16_t>::max()
               ? std::optional(static_cast<std::uint16_t>(*number))
               : std::nullopt;
}

std::optional<base::Nanoseconds> timeOf(const FieldValue& value)
{
    if (const auto* text = std::get_if<std::string_view>(&value))
        return notBefore1970(text->find('T') == std::string_view::npos ? base::parseEpoch(*text)
                                                                       : base::parseIso(*text));
    const auto number = numberOf(value);
    if (!number)
        return std::nullopt;
    return fromSeconds(*number >= millisecondsBegin ? *number / 1000 : *number);
}

std::optional<base::Nanoseconds> durationOf(const FieldValue& value)
{
    if (const auto* text = std::get_if<std::string_view>(&value))
        return notBefore1970(base::parseEpoch(*text));
    const auto number = numberOf(value);
    return number ? fromSeconds(*number) : std::nullopt;
}

std::optional<packet::IpAddress> addressOf(const FieldValue& value)
{
    const auto text = textOf(value);
    return text && text->size() < 64 ? packet::parseAddress(*text) : std::nullopt;
}

std::optional<std::string_view> textOf(const FieldValue& value)
{
    const auto* text = std::get_if<std::string_view>(&value);
    return text != nullptr ? std::optional(*text) : std::nullopt;
}

} // namespace flowscent::logs
