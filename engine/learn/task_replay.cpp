// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/task_replay.h"

#include <algorithm>
#include <cmath>

namespace flowscent::learn {

namespace {

constexpr double sharpness = 0.6;
constexpr double floorPriority = 1e-3; ///< nothing is forgotten for ever

double priorityOf(double loss)
{
    return std::pow(std::max(0.0, std::isfinite(loss) ? loss : 0.0), sharpness) + floorPriority;
}

} // namespace

TaskReplay::TaskReplay(std::size_t capacity)
    : m_capacity(capacity)
{
}

void TaskReplay::remember(const Episode& episode, double loss)
{
    if (m_capacity == 0)
        return;
    const double priority = priorityOf(loss);
    if (m_items.size() < m_capacity) {
        m_items.push_back({episode, priority});
        return;
    }
    const auto easiest = std::ranges::min_element(m_items, {}, &Item::priority);
    if (easiest->priority < priority)
        *easiest = {episode, priority};
}

std::size_t TaskReplay::draw(base::Rng& rng) const
{
    double total = 0;
    for (const Item& item : m_items)
        total += item.priority;
    double left = rng.uniform() * total;
    for (std::size_t i = 0; i + 1 < m_items.size(); ++i) {
        left -= m_items[i].priority;
        if (left < 0)
            return i;
    }
    return m_items.size() - 1;
}

void TaskReplay::update(std::size_t index, double loss)
{
    m_items[index].priority = priorityOf(loss);
}

} // namespace flowscent::learn
