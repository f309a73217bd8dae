// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/random.h"
#include "engine/base/safetensors.h"
#include "engine/learn/tasks/episodes.h"

namespace flowscent::learn {

struct TaskReplaySettings {
    std::uint64_t capacity = 64;    ///< past tasks kept; 0 keeps nothing
    double sharpness = 0.6;         ///< alpha of Schaul et al., >= 0; 0 draws uniformly
    double leastLoss = 1e-3;        ///< epsilon, 1e-12..1: added to every loss, so that no task is gone for ever; nats
    std::uint64_t staleAfter = 200; ///< steps without being drawn until a task is stale
    double staleShare = 0.5; ///< 0..1: a stale task is drawn with probability >= staleShare / size; 0 switches it off

    friend bool operator==(const TaskReplaySettings&, const TaskReplaySettings&) = default;
};

/// beta of the importance weights: from one value to the other in a straight line, then constant.
struct LinearAnnealing {
    double from = 0.4;
    double to = 1.0;
    std::uint64_t steps = 1000; ///< until `to`; 0 is there at once

    [[nodiscard]] double at(std::uint64_t step) const;
};

/// One task that came back.
struct ReplayedTask {
    std::uint64_t id = 0;
    Episode episode;
    double probability = 0; ///< with which it was drawn
    double weight = 0;      ///< what its loss is to be multiplied by, 0..1
};

/// What a task buffer holds, for logs and curves. Times are in steps, that is, calls of `draw`.
struct TaskReplaySummary {
    std::uint64_t size = 0;
    std::uint64_t capacity = 0;
    std::uint64_t steps = 0;
    std::uint64_t draws = 0;      ///< tasks drawn so far
    std::uint64_t evicted = 0;    ///< tasks that made room for harder ones
    std::uint64_t turnedDown = 0; ///< tasks easier than all in a full buffer
    std::uint64_t stale = 0;
    double meanAge = 0; ///< since they were remembered
    std::uint64_t oldestAge = 0;
    std::uint64_t longestUndrawn = 0; ///< steps since the last draw of the task that has waited longest
    double effectiveSize = 0; ///< 1 / sum of P(i)^2: `size` when all are alike, 1 when one is drawn all the time
};

/// One line of the buffer, for whoever wants to see it.
struct RememberedTask {
    std::uint64_t id = 0;
    Episode episode;
    double loss = 0;                ///< latest query loss, nats, 0..1e6
    std::uint64_t rememberedAt = 0; ///< step
    std::uint64_t lastDrawn = 0;    ///< step; rememberedAt until it is drawn
    std::uint64_t draws = 0;

    friend bool operator==(const RememberedTask&, const RememberedTask&) = default;
};

/// Experience replay over tasks: past episodes come back in proportion to what is still hard about them (Schaul et al.,
/// "Prioritized experience replay", ICLR 2016, equation 1 and section 3.4, applied to tasks).
///
/// Priority: P(i) = p_i / sum of p, p_i = (loss_i + leastLoss)^sharpness.
/// Staleness: a task whose last draw (or, before the first, whose remembering) lies more than staleAfter steps back is
/// stale. Stale tasks with P(i) < staleShare / size are raised to exactly that; all others keep their proportions and
/// share what is left. As that lowers them, stale ones among them may fall below the floor; they are raised likewise,
/// until none does. staleShare <= 1 always leaves enough.
/// Weights: w_i = (size P(i))^-beta, divided by the greatest of the whole buffer (not of the batch), so that a task's
/// weight does not depend on what was drawn beside it.
/// Room: when full, the task of the lowest loss leaves, of equals the one remembered first; a newcomer that is not
/// harder than it is turned down.
///
/// Rows of episodes are those of one dataset: whoever resumes from a checkpoint compares its hash. It draws from a
/// generator of its own, as ExemplarReservoir does. A copyable value. Not thread-safe.
class TaskReplay {
public:
    TaskReplay(const TaskReplaySettings& settings, const base::Rng& rng);

    /// Remembers an episode with its latest query loss; its id, or nothing when it was turned down. A loss that is
    /// negative or not finite counts as 0, one over 1e6 as 1e6.
    std::optional<std::uint64_t> remember(const Episode& episode, double loss);
    /// One step: draws `count` tasks independently of each other, with replacement. `beta` in 0..1. None when empty.
    [[nodiscard]] std::vector<ReplayedTask> draw(std::uint32_t count, double beta);
    /// The latest loss of a task; forgotten when the task has left in the meantime.
    void update(std::uint64_t id, double loss);

    [[nodiscard]] std::size_t size() const { return m_tasks.size(); }
    [[nodiscard]] const std::vector<RememberedTask>& tasks() const { return m_tasks; }
    /// P(i) of each of tasks() at the next draw; they sum up to 1.
    [[nodiscard]] std::vector<double> probabilities() const;
    /// w_i of each of tasks() at the next draw.
    [[nodiscard]] std::vector<double> weights(double beta) const;
    [[nodiscard]] TaskReplaySummary summary() const;

    /// One metadata entry of that name; put and take give back the same value to the last bit.
    void put(base::TensorFile& file, const std::string& name) const;
    /// Model error when it is missing or contradicts itself. Rows and classes are checked against the dataset's size
    /// and number of classes.
    [[nodiscard]] static base::Result<TaskReplay> take(const base::TensorFile& file, const std::string& name,
                                                       std::size_t rows, std::size_t classes);
    friend bool operator==(const TaskReplay& one, const TaskReplay& other);

private:
    [[nodiscard]] bool stale(const RememberedTask& task) const;

    TaskReplaySettings m_settings;
    base::Rng m_rng;
    std::uint64_t m_step = 0;
    std::uint64_t m_nextId = 0;
    std::uint64_t m_draws = 0;
    std::uint64_t m_evicted = 0;
    std::uint64_t m_turnedDown = 0;
    std::vector<RememberedTask> m_tasks;
};

} // namespace flowscent::learn
