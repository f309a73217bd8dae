// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdio>
#include <cstdlib>

/// Holds in every build, unlike assert: a fuzzer must stop when a promise is broken, not only when memory is.
#define FLOWSCENT_CHECK(promise)                                                                                       \
    do {                                                                                                               \
        if (!(promise)) {                                                                                              \
            std::fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #promise);                         \
            std::abort();                                                                                              \
        }                                                                                                              \
    } while (false)
