// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cassert>
#include <cstddef>
#include <functional>
#include <numeric>
#include <span>

namespace flowscent::detect {

/// Squared Euclidean distance of rows of one length; not finite where a number is not. Eight sums, so that the compiler
/// may use registers side by side without reordering any of them.
[[nodiscard]] inline float squaredDistance(std::span<const float> a, std::span<const float> b)
{
    assert(a.size() == b.size());
    float sums[8] = {};
    std::size_t i = 0;
    for (; i + 8 <= a.size(); i += 8) {
        for (std::size_t lane = 0; lane < 8; ++lane) {
            const float apart = a[i + lane] - b[i + lane];
            sums[lane] += apart * apart;
        }
    }
    float rest = 0;
    for (; i < a.size(); ++i)
        rest += (a[i] - b[i]) * (a[i] - b[i]);
    return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7])) + rest;
}

/// The same added up in double precision, for few rows whose differences matter.
[[nodiscard]] inline double preciseSquaredDistance(std::span<const float> a, std::span<const float> b)
{
    assert(a.size() == b.size());
    return std::transform_reduce(a.begin(), a.end(), b.begin(), 0.0, std::plus<>{}, [](float one, float other) {
        const double apart = double{one} - double{other};
        return apart * apart;
    });
}

} // namespace flowscent::detect
