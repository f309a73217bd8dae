// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/error.h"

namespace flowscent::detect {

/// How many false alarms somebody is willing to look at. Plain value.
struct AlarmBudget {
    enum class Unit : std::uint8_t { OneInFlows, PerHour };

    Unit unit = Unit::OneInFlows;
    double amount = 100; ///< OneInFlows: at most one in so many normal flows, >= 1; PerHour: so many an hour, > 0

    [[nodiscard]] static AlarmBudget oneIn(double flows) { return {Unit::OneInFlows, flows}; }
    [[nodiscard]] static AlarmBudget perHour(double alarms) { return {Unit::PerHour, alarms}; }
    friend bool operator==(const AlarmBudget&, const AlarmBudget&) = default;
};

/// The share of normal flows that may alarm, in (0, 1]; more alarms an hour than flows are all of them. `flowsPerHour`:
/// normal flows an hour, which only a budget per hour needs; 0 when nobody knows. Argument error for amounts without
/// meaning and for an hour whose flows nobody counted.
[[nodiscard]] base::Result<double> rateOf(const AlarmBudget& budget, double flowsPerHour);

/// "1 in 10000", "2 an hour".
[[nodiscard]] std::string text(const AlarmBudget& budget);

/// Whole numbers as such, others with at most three digits: "812", "0.5", "15.4".
[[nodiscard]] std::string amountText(double amount);

} // namespace flowscent::detect
