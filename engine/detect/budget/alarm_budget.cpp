// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/budget/alarm_budget.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace flowscent::detect {

using base::Error;
using base::failure;

base::Result<double> rateOf(const AlarmBudget& budget, double flowsPerHour)
{
    if (budget.unit == AlarmBudget::Unit::OneInFlows) {
        if (!std::isfinite(budget.amount) || budget.amount < 1)
            return failure(Error::Code::Argument, "a budget of one alarm in N flows needs an N of 1 or more");
        return 1.0 / budget.amount;
    }
    if (!std::isfinite(budget.amount) || budget.amount <= 0)
        return failure(Error::Code::Argument, "a budget of alarms an hour needs a number above 0");
    if (!std::isfinite(flowsPerHour) || flowsPerHour <= 0)
        return failure(Error::Code::Argument,
                       "a budget of alarms an hour needs to know how many normal flows an hour has");
    return std::min(1.0, budget.amount / flowsPerHour);
}

std::string amountText(double amount)
{
    std::array<char, 64> shown{};
    const bool whole = std::abs(amount) < 1e15 && amount == std::floor(amount);
    std::snprintf(shown.data(), shown.size(), whole ? "%.0f" : (std::abs(amount) < 100 ? "%.3g" : "%.0f"), amount);
    return shown.data();
}

std::string text(const AlarmBudget& budget)
{
    return budget.unit == AlarmBudget::Unit::OneInFlows ? "1 in " + amountText(budget.amount)
                                                        : amountText(budget.amount) + " an hour";
}

} // namespace flowscent::detect
