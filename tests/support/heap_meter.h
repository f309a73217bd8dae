// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace flowscent::test {

/// How much memory is asked for while it lives, touched or not. A program that has one counts what `operator new`
/// gives; libraries that call malloc, and other kinds of memory, are not seen.
class HeapMeter {
public:
    HeapMeter();

    /// Bytes that were held at once beyond those at the beginning, at most.
    [[nodiscard]] std::int64_t most() const;

private:
    std::int64_t m_before;
};

} // namespace flowscent::test
