// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/each_index.h"
#include "engine/base/error.h"

/// For this folder only.
namespace flowscent::detect {

/// What `play` gives for every index below `count`, over two threads (see base::eachIndex). After an error nothing
/// further begins, and it is returned; Cancelled when stopped.
template <class T, class Play>
[[nodiscard]] base::Result<std::vector<T>> playEach(std::size_t count, const Play& play, const std::string& what,
                                                    const base::ProgressSink& progress, const std::stop_token& stop)
{
    std::vector<T> all(count);
    std::atomic<bool> failed = false;
    std::mutex mutex;
    std::optional<base::Error> trouble;
    const auto playOne = [&](std::size_t i) {
        if (failed)
            return;
        base::Result<T> played = play(i);
        if (played) {
            all[i] = std::move(*played);
            return;
        }
        const std::scoped_lock lock(mutex);
        trouble = played.error();
        failed = true;
    };
    base::eachIndex(count, playOne, what, progress, stop);
    if (stop.stop_requested())
        return base::failure(base::Error::Code::Cancelled, "the evaluation was stopped");
    if (trouble)
        return base::failure(*trouble);
    return all;
}

} // namespace flowscent::detect
