// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/learn/replay/task_replay.h"
#include "engine/learn/tasks/episodes.h"
#include "engine/learn/training/train_settings.h"

namespace flowscent::learn {

struct DrawnTask {
    Episode episode;
    std::optional<std::uint64_t> replayed; ///< its id in the replay buffer; nothing for a new one
    double weight = 1;                     ///< of its loss: below 1 for tasks that replay draws more often than chance
};

/// The tasks of a meta-training, one meta-batch after the other: new episodes of one shape, drawn anew for every batch
/// within the settings' bounds, and past ones from the replay buffer. The same settings and seed give the same stream,
/// as long as the same losses are reported. The dataset must outlive it. Not thread-safe.
class TaskStream {
public:
    TaskStream(const Dataset& dataset, const TrainSettings& settings);

    /// False when the dataset has fewer than two classes that fill an episode.
    [[nodiscard]] bool possible() const { return m_possible; }
    /// The tasks of meta-batch `step` (from 0).
    [[nodiscard]] std::vector<DrawnTask> next(std::uint32_t step);
    /// Query losses after the batch, as many as tasks: new tasks are remembered, replayed ones get their new priority.
    void learned(std::span<const DrawnTask> tasks, std::span<const double> losses);
    [[nodiscard]] TaskReplaySummary replay() const { return m_replay.summary(); }

    /// Where the stream stands, to come back to.
    struct Mark {
        base::Rng rng;
        TaskReplay replay;
    };
    [[nodiscard]] Mark mark() const { return {m_rng, m_replay}; }
    void rewind(const Mark& mark);

    /// For checkpoints: metadata and tensors named `prefix`...; take gives Model errors.
    void put(base::TensorFile& file, const std::string& prefix) const;
    [[nodiscard]] base::Result<void> take(const base::TensorFile& file, const std::string& prefix);

private:
    [[nodiscard]] EpisodeShape nextShape();
    void beOfOneNetwork(EpisodeShape& shape) const;

    const Dataset& m_dataset;
    TrainSettings m_settings;
    EpisodeSampler m_sampler;
    base::Rng m_rng;
    TaskReplay m_replay;
    bool m_possible = false;
};

} // namespace flowscent::learn
