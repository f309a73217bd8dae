// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/each_index.h"

#include <atomic>
#include <thread>

namespace flowscent::base {

void eachIndex(std::size_t count, const std::function<void(std::size_t)>& work, const std::string& what,
               const ProgressSink& progress, const std::stop_token& stop)
{
    std::atomic<std::size_t> next = 0;
    const auto takeTurns = [&](bool reports) {
        for (std::size_t i = next.fetch_add(1); i < count && !stop.stop_requested(); i = next.fetch_add(1)) {
            if (reports && progress)
                progress({what, i, count});
            work(i);
        }
    };
    {
        const std::jthread second([&takeTurns] { takeTurns(false); });
        takeTurns(true);
    }
    if (progress && count > 0 && !stop.stop_requested())
        progress({what, count, count});
}

} // namespace flowscent::base
