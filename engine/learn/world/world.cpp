// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/world/world.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string_view>

namespace flowscent::learn {

using base::Error;
using base::failure;

namespace {

constexpr std::array variables{"MASTER_ADDR", "MASTER_PORT", "RANK", "WORLD_SIZE"};

template <class Number>
base::Result<Number> numberIn(const char* variable, Number least)
{
    const std::string_view text = std::getenv(variable);
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < least)
        return failure(Error::Code::Argument,
                       "\"" + std::string(text) + "\" is not a number from " + std::to_string(least) + " to " +
                           std::to_string(std::numeric_limits<Number>::max()),
                       variable);
    return number;
}

} // namespace

base::Result<std::optional<WorldAddress>> worldFromEnvironment()
{
    std::string missing;
    std::size_t set = 0;
    for (const char* variable : variables) {
        const char* value = std::getenv(variable);
        if (value != nullptr && *value != '\0')
            ++set;
        else
            missing += (missing.empty() ? "" : ", ") + std::string(variable);
    }
    if (set == 0)
        return std::nullopt;
    if (set < variables.size())
        return failure(Error::Code::Argument,
                       "training on more than one machine needs MASTER_ADDR, MASTER_PORT, RANK and WORLD_SIZE in the "
                       "environment, and not all are there",
                       missing);
    const auto port = numberIn<std::uint16_t>("MASTER_PORT", 1);
    if (!port)
        return failure(port.error());
    const auto rank = numberIn<std::uint32_t>("RANK", 0);
    if (!rank)
        return failure(rank.error());
    const auto size = numberIn<std::uint32_t>("WORLD_SIZE", 1);
    if (!size)
        return failure(size.error());
    WorldAddress address{
        .masterAddress = std::getenv("MASTER_ADDR"), .masterPort = *port, .rank = *rank, .worldSize = *size};
    if (const auto sound = check(address); !sound)
        return failure(sound.error());
    return address;
}

base::Result<void> check(const WorldAddress& address)
{
    if (address.masterAddress.empty())
        return failure(Error::Code::Argument, "is empty", "MASTER_ADDR");
    if (address.masterPort == 0)
        return failure(Error::Code::Argument, "is 0, where nobody can be found", "MASTER_PORT");
    if (address.worldSize == 0 || address.worldSize > largestWorld)
        return failure(Error::Code::Argument,
                       std::to_string(address.worldSize) + " is not from 1 to " + std::to_string(largestWorld),
                       "WORLD_SIZE");
    if (address.rank >= address.worldSize)
        return failure(Error::Code::Argument,
                       std::to_string(address.rank) + " is not below WORLD_SIZE, which is " +
                           std::to_string(address.worldSize),
                       "RANK");
    return {};
}

std::string rankText(std::uint32_t rank, std::uint32_t worldSize)
{
    return "rank " + std::to_string(rank) + " of " + std::to_string(worldSize);
}

std::string secondsText(std::chrono::steady_clock::duration time)
{
    const auto tenths = std::llround(std::chrono::duration<double>(time).count() * 10);
    const std::string whole = std::to_string(tenths / 10);
    return tenths >= 100 || tenths % 10 == 0 ? whole + " s" : whole + "." + std::to_string(tenths % 10) + " s";
}

} // namespace flowscent::learn
