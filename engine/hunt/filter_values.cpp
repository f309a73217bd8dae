// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/hunt/filter_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

namespace flowscent::hunt {

namespace {

using packet::IpAddress;

template <class Number>
std::optional<Number> wholeNumber(std::string_view text)
{
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// Takes "05" off the front, and the separator that must follow unless the text ends there.
std::optional<int> takePart(std::string_view& text, std::size_t digits, char separator)
{
    const auto part = wholeNumber<unsigned>(text.substr(0, digits));
    if (!part || text.size() < digits || (text.size() > digits && text[digits] != separator))
        return std::nullopt;
    text.remove_prefix(std::min(text.size(), digits + 1));
    return static_cast<int>(*part);
}

/// Takes ".250" off the end of "12:00:05.250": nanoseconds, 0 without one.
std::optional<std::int64_t> takeFraction(std::string_view& clock)
{
    constexpr std::size_t wholeClock = 8; // "12:00:05"
    constexpr std::size_t mostDigits = 9;
    if (clock.size() <= wholeClock || clock[wholeClock] != '.')
        return 0;
    std::string digits(clock.substr(wholeClock + 1));
    clock = clock.substr(0, wholeClock);
    if (digits.empty() || digits.size() > mostDigits)
        return std::nullopt;
    digits.resize(mostDigits, '0');
    const auto fraction = wholeNumber<std::uint32_t>(digits);
    return fraction ? std::optional<std::int64_t>(*fraction) : std::nullopt;
}

std::optional<double> parseTime(std::string_view text)
{
    if (text.size() < 10 || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    std::string_view dayPart = text.substr(0, 10);
    const auto year = takePart(dayPart, 4, '-');
    const auto month = takePart(dayPart, 2, '-');
    const auto day = takePart(dayPart, 2, '-');
    if (!year || !month || !day)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok() || (text.size() > 10 && text[10] != ' ' && text[10] != 'T'))
        return std::nullopt;
    double seconds = static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count()) * 86400.0;
    std::string_view clock = text.substr(std::min<std::size_t>(text.size(), 11));
    if (clock.ends_with('Z'))
        clock.remove_suffix(1);
    const auto fraction = takeFraction(clock);
    if (!fraction)
        return std::nullopt;
    for (const auto& [unit, limit] : {std::pair(3600.0, 24), std::pair(60.0, 60), std::pair(1.0, 60)}) {
        if (clock.empty())
            break;
        const auto part = takePart(clock, 2, ':');
        if (!part || *part >= limit)
            return std::nullopt;
        seconds += unit * *part;
    }
    if (!clock.empty())
        return std::nullopt;
    // Rounded the way a flow's own time is, so that a time written in full is equal to it.
    constexpr double mostSeconds = 9.2e9; // of what 64 bits of nanoseconds can say
    if (*fraction == 0 || std::abs(seconds) > mostSeconds)
        return seconds;
    return static_cast<double>(static_cast<std::int64_t>(seconds) * 1'000'000'000 + *fraction) / 1e9;
}

std::optional<double> parseWithUnit(std::string_view text)
{
    struct Unit {
        std::string_view name;
        double factor;
    };
    constexpr std::array<Unit, 20> units{
        {{"", 1},      {"k", 1e3},   {"K", 1e3},   {"M", 1e6},    {"G", 1e9},       {"KB", 1e3},         {"MB", 1e6},
         {"GB", 1e9},  {"T", 1e12},  {"TB", 1e12}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}, {"ns", 1e-9},
         {"us", 1e-6}, {"ms", 1e-3}, {"s", 1},     {"m", 60},     {"h", 3600},      {"d", 86400}}};
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const std::string_view name(end, static_cast<std::size_t>(text.data() + text.size() - end));
    const auto* unit = std::ranges::find(units, name, &Unit::name);
    if (error != std::errc{} || unit == units.end() || !std::isfinite(value * unit->factor))
        return std::nullopt;
    return value * unit->factor;
}

/// All addresses that agree with `address` in their first `prefix` bits.
AddressRange network(const IpAddress& address, unsigned prefix)
{
    AddressRange range{address, address};
    const unsigned bits = address.v6 ? 128 : 32;
    for (unsigned bit = prefix; bit < bits; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        range.first.bytes[bit / 8] = static_cast<std::uint8_t>(range.first.bytes[bit / 8] & ~mask);
        range.last.bytes[bit / 8] = static_cast<std::uint8_t>(range.last.bytes[bit / 8] | mask);
    }
    return range;
}

/// "10.0" or "fe80:db8:", completed with zeros.
std::optional<AddressRange> parseBeginning(std::string_view text)
{
    const bool v6 = text.find(':') != std::string_view::npos;
    const char separator = v6 ? ':' : '.';
    if (text.ends_with(separator))
        text.remove_suffix(1);
    const auto separators = static_cast<unsigned>(std::ranges::count(text, separator));
    const unsigned parts = separators + 1;
    const unsigned all = v6 ? 8 : 4;
    if (text.empty() || parts >= all || (!v6 && text.find_first_not_of("0123456789.") != std::string_view::npos))
        return std::nullopt;
    std::string completed(text);
    for (unsigned part = parts; part < all; ++part)
        completed += v6 ? ":0" : ".0";
    const auto address = packet::parseAddress(completed);
    if (!address || address->v6 != v6)
        return std::nullopt;
    return network(*address, parts * (v6 ? 16 : 8));
}

} // namespace

std::optional<Quantity> parseQuantity(std::string_view text)
{
    if (const auto time = parseTime(text))
        return Quantity{*time, false};
    const auto value = parseWithUnit(text);
    if (!value)
        return std::nullopt;
    return Quantity{*value, text.starts_with('-')};
}

std::optional<QuantityRange> parseQuantityRange(std::string_view text)
{
    const std::size_t dots = text.find("..");
    const auto first = parseQuantity(text.substr(0, dots));
    const auto last = dots == std::string_view::npos ? first : parseQuantity(text.substr(dots + 2));
    if (!first || !last)
        return std::nullopt;
    return QuantityRange{*first, *last};
}

std::optional<AddressRange> parseAddressRange(std::string_view text)
{
    if (const std::size_t dots = text.find(".."); dots != std::string_view::npos) {
        const auto first = packet::parseAddress(text.substr(0, dots));
        const auto last = packet::parseAddress(text.substr(dots + 2));
        if (!first || !last || first->v6 != last->v6)
            return std::nullopt;
        return AddressRange{*first, *last};
    }
    const std::size_t slash = text.find('/');
    const auto address = packet::parseAddress(text.substr(0, slash));
    if (!address)
        return slash == std::string_view::npos ? parseBeginning(text) : std::nullopt;
    const unsigned bits = address->v6 ? 128 : 32;
    if (slash == std::string_view::npos)
        return network(*address, bits);
    const auto prefix = wholeNumber<unsigned>(text.substr(slash + 1));
    if (!prefix || *prefix > bits)
        return std::nullopt;
    return network(*address, *prefix);
}

} // namespace flowscent::hunt
