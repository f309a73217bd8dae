// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/lane.h"

#include <pthread.h>

namespace flowscent::base {

Lane::Lane(std::string name)
    : m_thread([this, name = std::move(name)](const std::stop_token& end) {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        run(end);
    })
{
}

Lane::~Lane()
{
    cancel();
    m_thread.request_stop();
}

void Lane::post(Job job)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_waiting.push_back({std::move(job), {}});
    }
    m_changed.notify_all();
}

void Lane::replace(Job job)
{
    {
        const std::scoped_lock lock(m_mutex);
        forgetLocked();
        m_waiting.push_back({std::move(job), {}});
    }
    m_changed.notify_all();
}

void Lane::cancel()
{
    {
        const std::scoped_lock lock(m_mutex);
        forgetLocked();
    }
    m_changed.notify_all();
}

void Lane::stop()
{
    const std::scoped_lock lock(m_mutex);
    m_running.request_stop();
    for (Waiting& waiting : m_waiting)
        waiting.stop.request_stop();
}

void Lane::forgetLocked()
{
    m_waiting.clear();
    m_running.request_stop();
}

bool Lane::idle() const
{
    const std::scoped_lock lock(m_mutex);
    return !m_busy && m_waiting.empty();
}

void Lane::drain()
{
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return !m_busy && m_waiting.empty(); });
}

void Lane::run(const std::stop_token& end)
{
    std::unique_lock lock(m_mutex);
    while (m_changed.wait(lock, end, [this] { return !m_waiting.empty(); })) {
        Job job = std::move(m_waiting.front().job);
        m_running = std::move(m_waiting.front().stop);
        m_waiting.pop_front();
        m_busy = true;
        const std::stop_token stop = m_running.get_token();
        lock.unlock();
        job(stop);
        job = nullptr; // what the job captured goes before anybody is told that it is done
        lock.lock();
        m_busy = false;
        m_changed.notify_all();
    }
}

} // namespace flowscent::base
