// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/who.h"

#include <chrono>
#include <cstdlib>
#include <ctime>

namespace flowscent::base {

std::optional<std::string> loginName()
{
    for (const char* variable : {"USER", "LOGNAME"}) {
        const char* name = std::getenv(variable); // NOLINT(concurrency-mt-unsafe): nobody sets variables here
        if (name != nullptr && *name != '\0')
            return name;
    }
    return std::nullopt;
}

std::string timeNow()
{
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

} // namespace flowscent::base
