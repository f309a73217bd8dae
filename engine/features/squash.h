// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

#include "engine/features/feature_schema.h"

/// The schema's squash, written so that a compiler can do many at once: no branch, no call. For this module only, whose
/// files are compiled without fused multiplication, so that every processor gives the same bits.
namespace flowscent::features {

/// A Squash as bits to select with.
struct SquashMask {
    std::uint32_t logarithm = 0; ///< all ones for Log and SignedLog
    std::uint32_t mirrored = 0;  ///< all ones for SignedLog
};

[[nodiscard]] inline SquashMask maskOf(Squash squash)
{
    return {squash == Squash::None ? 0U : ~0U, squash == Squash::SignedLog ? ~0U : 0U};
}

/// log(1 + x) for x >= 0, within 3 units in the last place; infinity and NaN stay what they are.
///
/// u = 1 + x = 2^e m with m in [sqrt(1/2), sqrt(2)); log m by the polynomial of Cephes' logf (S. L. Moshier, 1989);
/// what rounding took from u comes back as (x - (u - 1)) / u (Kahan).
[[nodiscard, gnu::always_inline]] inline float log1pOfPositive(float x)
{
    constexpr std::int32_t rootHalf = 0x3f3504f3; ///< bits of sqrt(1/2)
    const float u = 1.0F + x;
    const auto bits = std::bit_cast<std::int32_t>(u);
    const std::int32_t exponent = (bits - rootHalf) >> 23;
    const float f = std::bit_cast<float>(bits - exponent * (1 << 23)) - 1.0F;
    const auto e = static_cast<float>(exponent);
    const float square = f * f;
    float p = 7.0376836292e-2F;
    p = p * f - 1.1514610310e-1F;
    p = p * f + 1.1676998740e-1F;
    p = p * f - 1.2420140846e-1F;
    p = p * f + 1.4249322787e-1F;
    p = p * f - 1.6668057665e-1F;
    p = p * f + 2.0000714765e-1F;
    p = p * f - 2.4999993993e-1F;
    p = p * f + 3.3333331174e-1F;
    const float lost = (x - (u - 1.0F)) / u;
    const float small = p * f * square - 2.12194440e-4F * e - 0.5F * square + lost;
    const float result = f + small + 0.693359375F * e; // log 2 in two parts
    return x < std::numeric_limits<float>::infinity() ? result : x;
}

/// Log takes negative numbers (and NaN) for 0, SignedLog mirrors them.
[[nodiscard, gnu::always_inline]] inline float squashed(float value, SquashMask mask)
{
    constexpr std::uint32_t signBit = 0x8000'0000U;
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = bits & signBit & mask.mirrored;
    const std::uint32_t counts = (value > 0.0F ? ~0U : 0U) | mask.mirrored;
    const auto magnitude = std::bit_cast<float>((bits ^ sign) & counts);
    const std::uint32_t logarithm = std::bit_cast<std::uint32_t>(log1pOfPositive(magnitude)) | sign;
    return std::bit_cast<float>((logarithm & mask.logarithm) | (bits & ~mask.logarithm));
}

} // namespace flowscent::features
