// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/learn/tasks/task_stream.h"

#include "engine/learn/replay/saved_state.h"

#include <algorithm>
#include <cmath>

namespace flowscent::learn {

namespace {

constexpr std::uint32_t openClasses = 2; ///< asked for beside those of the support, in episodes that are open
constexpr std::uint64_t replayStream = 1;

} // namespace

TaskStream::TaskStream(const Dataset& dataset, const TrainSettings& settings)
    : m_dataset(dataset)
    , m_settings(settings)
    , m_sampler(dataset)
    , m_rng(settings.seed)
    , m_replay({.capacity = settings.replayCapacity, .staleAfter = settings.replayStaleness},
               base::Rng(settings.seed).fork(replayStream))
{
    // The shape that asks for most; the two smaller kinds come up only where they are possible.
    const EpisodeShape largest{.ways = settings.ways,
                               .shots = settings.shots,
                               .queries = settings.queries,
                               .captureDisjoint = settings.captureDisjoint};
    m_possible = m_sampler.eligible(largest).size() >= 2;
}

/// As far as some network has the classes for it.
void TaskStream::beOfOneNetwork(EpisodeShape& shape) const
{
    const std::uint32_t widest = m_sampler.widestNetwork(shape);
    if (shape.kind == TaskKind::Classes) {
        if (widest < 2)
            return;
        shape.ways = std::min(shape.ways, widest);
        shape.openClasses = std::min(shape.openClasses, widest - shape.ways);
    }
    shape.ownNetwork = widest > 0;
}

EpisodeShape TaskStream::nextShape()
{
    EpisodeShape shape{
        .shots = m_settings.shots, .queries = m_settings.queries, .captureDisjoint = m_settings.captureDisjoint};
    const double kind = m_rng.uniform();
    const std::uint32_t least = std::min(m_settings.fewestWays, m_settings.ways);
    shape.ways = least + static_cast<std::uint32_t>(m_rng.below(m_settings.ways - least + 1));
    shape.shots = 1 + static_cast<std::uint32_t>(m_rng.below(m_settings.shots));
    if (kind < m_settings.huntShare) {
        shape.kind = TaskKind::ThreatInBenign;
        shape.ways = 2;
        shape.benignPerThreat = m_settings.benignPerThreat;
    } else if (kind < m_settings.huntShare + m_settings.openShare) {
        shape.openClasses = openClasses;
    }
    // Drawn only where it can matter, so that streams of older settings stay what they were.
    if (m_settings.ownNetworkShare > 0 && m_rng.uniform() < m_settings.ownNetworkShare)
        beOfOneNetwork(shape);
    return shape;
}

std::vector<DrawnTask> TaskStream::next(std::uint32_t step)
{
    EpisodeShape shape = nextShape();
    auto classes = m_sampler.eligible(shape);
    if (classes.empty()) { // a corpus without threats, or without enough benign traffic
        shape.kind = TaskKind::Classes;
        shape.ownNetwork = false;
        shape.ways = m_settings.ways;
        classes = m_sampler.eligible(shape);
    }
    // All episodes of a batch have one shape, so there is one less open class than there are spare ones.
    if (shape.openClasses > 0 && classes.size() < shape.ways + shape.openClasses)
        shape.openClasses = 0;
    std::vector<DrawnTask> tasks;
    if (m_replay.size() >= m_settings.tasksPerStep) {
        const auto count = static_cast<std::uint32_t>(std::lround(m_settings.replayShare * m_settings.tasksPerStep));
        const LinearAnnealing beta{.steps = m_settings.steps};
        if (count > 0) {
            for (ReplayedTask& task : m_replay.draw(count, beta.at(step)))
                tasks.push_back({std::move(task.episode), task.id, task.weight});
        }
    }
    while (tasks.size() < m_settings.tasksPerStep)
        tasks.push_back({m_sampler.draw(shape, classes, m_rng), std::nullopt, 1});
    return tasks;
}

void TaskStream::learned(std::span<const DrawnTask> tasks, std::span<const double> losses)
{
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (tasks[i].replayed)
            m_replay.update(*tasks[i].replayed, losses[i]);
        else
            m_replay.remember(tasks[i].episode, losses[i]);
    }
}

void TaskStream::rewind(const Mark& mark)
{
    m_rng = mark.rng;
    m_replay = mark.replay;
}

void TaskStream::put(base::TensorFile& file, const std::string& prefix) const
{
    file.metadata[prefix + "generator"] = saved::generator(m_rng).dump();
    m_replay.put(file, prefix + "replay");
}

base::Result<void> TaskStream::take(const base::TensorFile& file, const std::string& prefix)
try {
    const auto text = file.text(prefix + "generator");
    if (!text)
        return base::failure(text.error());
    const base::Rng rng = saved::generator(saved::parse(*text));
    auto replay = TaskReplay::take(file, prefix + "replay", m_dataset.size(), m_dataset.classNames.size());
    if (!replay)
        return base::failure(replay.error());
    m_rng = rng;
    m_replay = std::move(*replay);
    return {};
} catch (const std::exception&) {
    return base::failure(base::Error::Code::Model, "holds a generator's state that makes no sense");
}

} // namespace flowscent::learn
