// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/support/draw_chance.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace flowscent::detect {

namespace {

/// std::lgamma writes a global.
double logFactorial(std::size_t n)
{
    int sign = 0;
    return lgamma_r(static_cast<double>(n) + 1, &sign);
}

double logChoose(std::size_t n, std::size_t k)
{
    return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

} // namespace

double sharedByChance(std::size_t flows, std::size_t drawn, std::size_t holders, std::size_t least)
{
    assert(holders <= flows && drawn <= flows);
    const std::size_t most = std::min(holders, drawn);
    const std::size_t fewest = drawn - std::min(drawn, flows - holders); // the others do not suffice
    double sum = 0;
    for (std::size_t shared = std::max(least, fewest); shared <= most; ++shared)
        sum +=
            std::exp(logChoose(holders, shared) + logChoose(flows - holders, drawn - shared) - logChoose(flows, drawn));
    return std::min(sum, 1.0);
}

/// A span of s begins at flows - s + 1 places, and between its ends lie drawn - 2 of s - 2.
double windowByChance(std::size_t flows, std::size_t drawn, std::size_t span)
{
    assert(drawn >= 2 && drawn <= flows);
    double sum = 0;
    for (std::size_t s = drawn; s <= std::min(span, flows); ++s)
        sum += static_cast<double>(flows - s + 1) * std::exp(logChoose(s - 2, drawn - 2) - logChoose(flows, drawn));
    return std::min(sum, 1.0);
}

/// The last one lies anywhere behind the span: over all its places that is (flows - s) (flows - s + 1) / 2 ways.
double windowOfAllButOneByChance(std::size_t flows, std::size_t drawn, std::size_t span)
{
    assert(drawn >= 3 && drawn <= flows);
    double sum = 0;
    for (std::size_t s = drawn - 1; s <= std::min(span, flows); ++s) {
        const double behind = static_cast<double>(flows - s) * static_cast<double>(flows - s + 1) / 2;
        sum += behind * std::exp(logChoose(s - 2, drawn - 3) - logChoose(flows, drawn));
    }
    return std::min(2 * sum, 1.0);
}

} // namespace flowscent::detect
