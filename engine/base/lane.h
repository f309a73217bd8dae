// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace flowscent::base {

/// One thread that does jobs one after the other, so that what they share needs no lock.
///
/// Each job gets a stop token of its own; `cancel()` stops the running job and forgets the waiting ones.
/// All members may be called from any thread. The destructor cancels and joins: make the lane the last
/// member of its owner. A job must not throw.
class Lane {
public:
    using Job = std::function<void(std::stop_token)>;

    explicit Lane(std::string name); ///< at most 15 characters are shown by the system
    ~Lane();
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    void post(Job job);
    /// Latest wins: stops the running job, forgets the waiting ones, then posts.
    void replace(Job job);
    void cancel();
    /// Like `cancel`, but waiting jobs still come to their turn, with their token stopped already: for those whose end
    /// somebody waits for.
    void stop();
    [[nodiscard]] bool idle() const;
    /// Blocks until nothing runs or waits; for tests and shutdown, never for the GUI thread.
    void drain();

private:
    struct Waiting {
        Job job;
        std::stop_source stop;
    };
    void run(const std::stop_token& end);
    void forgetLocked();

    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<Waiting> m_waiting;
    std::stop_source m_running; ///< of the job at work; replaced for every job
    bool m_busy = false;
    std::jthread m_thread; ///< last: ends before what it uses
};

} // namespace flowscent::base
