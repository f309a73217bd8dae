// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "engine/learn/training/training.h"

namespace flowscent::learn {

/// Who is told what by a run, from the thread that trains. Each may be empty.
struct RunListeners {
    std::function<void(const CurvePoint&)> look; ///< after every look at the validation episodes
    std::function<void(const CurvePoint&)>
        tick; ///< where it is now; ten times a second, or after a step that takes longer
    /// A checkpoint is due. An error ends the run: a training that believes itself safe and is not would be worse.
    std::function<base::Result<void>(const base::TensorFile&)> keep;
};

struct RunSettings {
    std::uint64_t checkpointEvery = 4000; ///< episodes; 0 for none but the one at the end or at a stop
};

/// Pause, resume and stop, from any thread.
class RunControl {
public:
    void pause();
    void resume();
    /// Stop after the step that is being taken, and keep the best model so far.
    void stop();
    [[nodiscard]] bool stopRequested() const;
    [[nodiscard]] bool paused() const;
    /// Returns at once unless paused; false when it is time to stop.
    [[nodiscard]] bool mayGoOn();

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_paused = false;
    bool m_stop = false;
};

/// Trains until finished or stopped, on the calling thread. In a world, the ranks' controls stop all of them; pausing
/// one would keep the others waiting until they give it up. The best model, or Cancelled when there was no look yet
/// (the last checkpoint still goes on from there).
[[nodiscard]] base::Result<BaseModel> runTraining(Training& training, const RunSettings& settings,
                                                  const RunListeners& listeners, RunControl& control);

/// The same on a thread of its own.
class TrainingRun {
public:
    enum class State : std::uint8_t { Running, Paused, Finished };

    TrainingRun(std::unique_ptr<Training> training, RunSettings settings, RunListeners listeners);
    /// Stops and waits.
    ~TrainingRun();
    TrainingRun(const TrainingRun&) = delete;
    TrainingRun& operator=(const TrainingRun&) = delete;

    void pause() { m_control.pause(); }
    void resume() { m_control.resume(); }
    void stopAndKeepBest() { m_control.stop(); }
    [[nodiscard]] State state() const;
    /// Waits for the end; the result of runTraining. To be asked once.
    [[nodiscard]] base::Result<BaseModel> result();

private:
    std::unique_ptr<Training> m_training;
    RunControl m_control;
    mutable std::mutex m_mutex;
    std::optional<base::Result<BaseModel>> m_result;
    std::jthread m_thread; ///< last: it uses the others
};

} // namespace flowscent::learn
