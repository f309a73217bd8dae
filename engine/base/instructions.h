// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace flowscent::base {

/// Sets of vector instructions that hot loops are compiled for besides the one every x86-64 has. We build for any
/// processor and choose while running.
enum class Instructions : std::uint8_t {
    Any,   ///< whatever the compiler's baseline has
    Avx2,  ///< with FMA
    Avx512 ///< F, VL, BW, DQ
};

inline constexpr std::array allInstructions{Instructions::Any, Instructions::Avx2, Instructions::Avx512};

/// Whether this processor has them.
[[nodiscard]] inline bool has(Instructions set)
{
#if defined(__x86_64__)
    switch (set) {
    case Instructions::Any:
        return true;
    case Instructions::Avx2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Instructions::Avx512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && has(Instructions::Avx2);
    }
#endif
    return set == Instructions::Any;
}

/// The widest that this processor has.
[[nodiscard]] inline Instructions widest()
{
    static const Instructions found = has(Instructions::Avx512) ? Instructions::Avx512
                                      : has(Instructions::Avx2) ? Instructions::Avx2
                                                                : Instructions::Any;
    return found;
}

} // namespace flowscent::base

// Before a function: compile it for that set, in which its always-inlined callees join it. Elsewhere they say nothing,
// and `has` never lets such a function be called.
#if defined(__x86_64__)
#define FLOWSCENT_FOR_AVX2 [[gnu::target("avx2,fma")]]
#define FLOWSCENT_FOR_AVX512 [[gnu::target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma")]]
#else
#define FLOWSCENT_FOR_AVX2
#define FLOWSCENT_FOR_AVX512
#endif
