// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/training/training_run.h"

#include <chrono>
#include <cmath>

namespace flowscent::learn {

namespace {

constexpr std::chrono::milliseconds tickEvery{100};

} // namespace

void RunControl::pause()
{
    const std::scoped_lock lock(m_mutex);
    m_paused = true;
}

void RunControl::resume()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_paused = false;
    }
    m_changed.notify_all();
}

void RunControl::stop()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_stop = true;
    }
    m_changed.notify_all();
}

bool RunControl::stopRequested() const
{
    const std::scoped_lock lock(m_mutex);
    return m_stop;
}

bool RunControl::paused() const
{
    const std::scoped_lock lock(m_mutex);
    return m_paused && !m_stop;
}

bool RunControl::mayGoOn()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return !m_paused || m_stop; });
    return !m_stop;
}

base::Result<BaseModel> runTraining(Training& training, const RunSettings& settings, const RunListeners& listeners,
                                    RunControl& control)
{
    using Clock = std::chrono::steady_clock;
    auto lastTick = Clock::now() - tickEvery;
    std::uint64_t keptAt = training.episodesDone();
    const auto keep = [&]() -> base::Result<void> {
        keptAt = training.episodesDone();
        return listeners.keep ? listeners.keep(training.checkpoint()) : base::Result<void>{};
    };
    while (!training.finished()) {
        const auto stop = training.stopTogether(!control.mayGoOn());
        if (stop && *stop)
            break;
        const auto point = stop ? training.step() : base::failure(stop.error());
        if (!point) {
            (void)keep(); // the step's error is the one to tell
            return base::failure(point.error());
        }
        if (listeners.look && std::isfinite(point->validationAccuracy))
            listeners.look(*point);
        if (listeners.tick && Clock::now() - lastTick >= tickEvery) {
            lastTick = Clock::now();
            listeners.tick(*point);
        }
        if (settings.checkpointEvery > 0 && training.episodesDone() - keptAt >= settings.checkpointEvery) {
            if (auto kept = keep(); !kept)
                return base::failure(kept.error());
        }
    }
    if (auto kept = keep(); !kept)
        return base::failure(kept.error());
    return training.best();
}

TrainingRun::TrainingRun(std::unique_ptr<Training> training, RunSettings settings, RunListeners listeners)
    : m_training(std::move(training))
    , m_thread([this, settings, listeners = std::move(listeners)] {
        auto result = runTraining(*m_training, settings, listeners, m_control);
        const std::scoped_lock lock(m_mutex);
        m_result = std::move(result);
    })
{
}

TrainingRun::~TrainingRun()
{
    m_control.stop();
}

TrainingRun::State TrainingRun::state() const
{
    const std::scoped_lock lock(m_mutex);
    if (m_result)
        return State::Finished;
    return m_control.paused() ? State::Paused : State::Running;
}

base::Result<BaseModel> TrainingRun::result()
{
    if (m_thread.joinable())
        m_thread.join();
    return std::move(*m_result);
}

} // namespace flowscent::learn
