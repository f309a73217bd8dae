// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/replay/continual_metrics.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace flowscent::learn {

namespace {

std::optional<double> difference(std::optional<double> from, std::optional<double> what)
{
    return from && what ? std::optional(*from - *what) : std::nullopt;
}

std::optional<double> bestBefore(const AccuracyMatrix& accuracies, std::size_t after, std::size_t on)
{
    std::optional<double> best;
    for (std::size_t i = 0; i < after; ++i) {
        if (const auto entry = accuracies.at(i, on))
            best = std::max(best.value_or(*entry), *entry);
    }
    return best;
}

ContinualReport::Mean meanOf(const std::vector<TaskMemory>& tasks, std::optional<double> TaskMemory::*figure)
{
    ContinualReport::Mean mean;
    double sum = 0;
    for (const TaskMemory& task : tasks) {
        if (const auto& value = task.*figure) {
            sum += *value;
            ++mean.tasks;
        }
    }
    if (mean.tasks > 0)
        mean.value = sum / static_cast<double>(mean.tasks);
    return mean;
}

} // namespace

AccuracyMatrix::AccuracyMatrix(std::size_t tasks)
    : m_tasks(tasks)
    , m_entries(tasks * tasks)
{
}

void AccuracyMatrix::set(std::size_t after, std::size_t on, double accuracy)
{
    assert(after < m_tasks && on < m_tasks);
    m_entries[after * m_tasks + on] = std::isfinite(accuracy) ? std::optional(accuracy) : std::nullopt;
}

std::optional<double> AccuracyMatrix::at(std::size_t after, std::size_t on) const
{
    assert(after < m_tasks && on < m_tasks);
    return m_entries[after * m_tasks + on];
}

ContinualReport continualReport(const AccuracyMatrix& accuracies, std::size_t after)
{
    ContinualReport report;
    for (std::size_t task = 0; task <= after; ++task) {
        TaskMemory memory{.accuracy = accuracies.at(after, task), .forgetting = {}, .backwardTransfer = {}};
        if (task < after) {
            memory.forgetting = difference(bestBefore(accuracies, after, task), memory.accuracy);
            memory.backwardTransfer = difference(memory.accuracy, accuracies.at(task, task));
        }
        report.perTask.push_back(memory);
    }
    report.accuracy = meanOf(report.perTask, &TaskMemory::accuracy);
    report.forgetting = meanOf(report.perTask, &TaskMemory::forgetting);
    report.backwardTransfer = meanOf(report.perTask, &TaskMemory::backwardTransfer);
    return report;
}

} // namespace flowscent::learn
