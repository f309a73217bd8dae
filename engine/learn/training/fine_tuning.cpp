// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/training/fine_tuning.h"

#include <cmath>
#include <string>

namespace flowscent::learn {

using base::failure;

namespace {

constexpr std::uint32_t mostSteps = 1000;

base::Result<void> require(bool holds, const char* what)
{
    if (holds)
        return {};
    return failure(base::Error::Code::Argument, std::string("fine-tuning's ") + what);
}

} // namespace

std::string_view text(FineTuneScope scope)
{
    return scope == FineTuneScope::Last ? "last" : "all";
}

base::Result<FineTuneScope> parseFineTuneScope(std::string_view text)
{
    for (const FineTuneScope scope : {FineTuneScope::Last, FineTuneScope::All}) {
        if (text == learn::text(scope))
            return scope;
    }
    return failure(base::Error::Code::Argument, "'" + std::string(text) + "' is neither last nor all");
}

base::Result<void> check(const FineTuneSettings& settings)
{
    const auto positive = [](double value) { return std::isfinite(value) && value > 0; };
    for (auto fine : {require(settings.steps <= mostSteps, "steps are more than 1000"),
                      require(positive(settings.rate), "rate must be above 0"),
                      require(positive(settings.clip), "longest gradient must be above 0"),
                      require(std::isfinite(settings.pull) && settings.pull >= 0, "pull must be at least 0")}) {
        if (!fine)
            return fine;
    }
    return {};
}

} // namespace flowscent::learn
