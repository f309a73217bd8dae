// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace flowscent::base {

/// How far a long task is. `total` is 0 when nobody can know (a pipe, a live interface).
struct Progress {
    std::string what;        ///< "reading first-hunt.pcap"
    std::uint64_t done = 0;  ///< in the task's own unit (bytes, flows, steps)
    std::uint64_t total = 0; ///< same unit

    [[nodiscard]] double fraction() const
    {
        return total == 0 ? 0.0 : static_cast<double>(done) / static_cast<double>(total);
    }
};

/// Called from the thread that does the work; keep it short. May be empty.
using ProgressSink = std::function<void(const Progress&)>;

} // namespace flowscent::base
