// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/budget/realised_rate.h"

#include "engine/detect/budget/alarm_budget.h"

#include <cassert>
#include <cmath>

namespace flowscent::detect {

namespace {

constexpr int mostTerms = 100'000; ///< the fraction needs about the root of the larger parameter
constexpr double enough = 1e-15;
constexpr double tiny = 1e-300;

/// std::lgamma writes a global sign, which threads would share.
double logGamma(double x)
{
    int sign = 0;
    return ::lgamma_r(x, &sign);
}

double awayFromZero(double value)
{
    return std::abs(value) < tiny ? tiny : value;
}

/// The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method.
double betaFraction(double x, double a, double b)
{
    double c = 1;
    double d = 1 / awayFromZero(1 - (a + b) * x / (a + 1));
    double fraction = d;
    for (int m = 1; m < mostTerms; ++m) {
        const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / awayFromZero(1 + even * d);
        c = awayFromZero(1 + even / c);
        fraction *= c * d;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / awayFromZero(1 + odd * d);
        c = awayFromZero(1 + odd / c);
        fraction *= c * d;
        if (std::abs(c * d - 1) < enough)
            break;
    }
    return fraction;
}

/// The share of a beta distribution that lies below x. The fraction is quick on the lower side of the mean.
double betaBelow(double x, double a, double b)
{
    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    const double front = std::exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * std::log(x) + b * std::log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * betaFraction(x, a, b) / a : 1 - front * betaFraction(1 - x, b, a) / b;
}

} // namespace

double betaQuantile(double probability, double a, double b)
{
    assert(a > 0 && b > 0);
    double low = 0;
    double high = 1;
    for (int halving = 0; halving < 200; ++halving) {
        const double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high)
            break;
        (betaBelow(middle, a, b) < probability ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

ShareInterval exactInterval(std::uint64_t hits, std::uint64_t trials, double confidence)
{
    assert(hits <= trials);
    ShareInterval interval;
    const auto yes = static_cast<double>(hits);
    const auto no = static_cast<double>(trials - hits);
    const double outside = 0.5 * (1 - confidence);
    if (hits > 0)
        interval.low = betaQuantile(outside, yes, no + 1);
    if (hits < trials)
        interval.high = betaQuantile(1 - outside, yes + 1, no);
    return interval;
}

double RealisedRate::rate() const
{
    return flows == 0 ? 0.0 : static_cast<double>(alarms) / static_cast<double>(flows);
}

std::string RealisedRate::sentence() const
{
    const double alarmsExpected = expected();
    const double shown = alarmsExpected < 10 ? std::round(10 * alarmsExpected) / 10 : std::round(alarmsExpected);
    return "promised " + amountText(shown) + ", seen " + std::to_string(alarms);
}

} // namespace flowscent::detect
