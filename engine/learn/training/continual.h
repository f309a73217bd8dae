// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/random.h"
#include "engine/learn/base_model.h"
#include "engine/learn/replay/continual_memory.h"
#include "engine/learn/replay/continual_metrics.h"
#include "engine/learn/tasks/dataset.h"

namespace flowscent::learn {

/// Everything that decides the outcome of a continual training besides base model, memory and data.
struct ContinualSettings {
    std::uint64_t seed = 1;

    // A task
    std::uint32_t stepsPerTask = 200;
    std::uint32_t episodesPerStep = 4;
    std::uint32_t ways = 10;       ///< classes in a training episode, at most; half of them are the new task's
    std::uint32_t shots = 5;       ///< supports per class, at most
    std::uint32_t queries = 5;     ///< queries per class, at most
    std::uint32_t freshBatch = 32; ///< flows of the new task that the class head sees in a step
    double classShare = 1.0;       ///< weight of the class head's loss (DER++) beside the episodes'

    // Experience replay (DER++)
    std::uint32_t capacity = 2000;  ///< flows kept in a new memory; 0 keeps none. One that exists keeps its own
    std::uint32_t replayBatch = 64; ///< flows drawn for each of the two replay terms of a step
    double alpha = 0.5;             ///< weight of the squared distance to stored logits
    double beta = 0.5;              ///< weight of the replayed flows' cross-entropy

    // Optimisation: Adam, anew for every task; linear warm-up over a tenth of the steps, then cosine
    double learningRate = 1e-3;
    double weightDecay = 1e-4;
    double gradientClip = 5.0;

    // Judging
    double heldShare = 0.3;         ///< share of a class's flows that are never trained on; two flows at least
    std::uint32_t mostHeld = 30;    ///< of a class
    std::uint32_t judgements = 100; ///< episodes per task and look

    friend bool operator==(const ContinualSettings&, const ContinualSettings&) = default;
};

/// Argument error, with the field's name, for numbers that no training can use.
[[nodiscard]] base::Result<void> check(const ContinualSettings& settings);
/// All fields as one JSON object, for the model's record.
[[nodiscard]] std::string toJson(const ContinualSettings& settings);
/// The way back; fields that are missing keep their defaults. Model error for anything else.
[[nodiscard]] base::Result<ContinualSettings> continualSettingsFromJson(std::string_view text);

/// Newly labelled flows to be learned together. Classes that the memory knows by name are taught further.
struct ContinualTask {
    std::string name;
    Dataset flows; ///< classes without a flow do not count
};

/// A task's distinct flows, shared out by chance class by class.
struct TaskSplit {
    Dataset training;
    Dataset held;
};
/// Flows by which an earlier task is judged are left out, or its accuracy would soon be that of flows learned by heart.
/// Support error when there are fewer than two classes, a class has fewer than four distinct flows (two to learn from,
/// two to be judged by) or a number is not finite.
[[nodiscard]] base::Result<TaskSplit> splitTask(const ContinualTask& task, std::span<const PastTask> past,
                                                const ContinualSettings& settings, base::Rng& rng);

/// The named classes of a dataset as a task; Argument error when a name is not among them.
[[nodiscard]] base::Result<ContinualTask> taskOf(const Dataset& dataset, const std::string& name,
                                                 std::span<const std::string> classes);
/// All classes of `fewest` distinct flows and more, in an order drawn by chance, `perTask` to a task named "task 1" and
/// so on; at most `tasks` of them (0: as many as there are). What does not fill a task is left out.
[[nodiscard]] std::vector<ContinualTask> groupedTasks(const Dataset& dataset, std::uint32_t perTask,
                                                      std::uint32_t fewest, std::uint32_t tasks, base::Rng& rng);

/// How one task was learned.
struct LearnedTask {
    std::string name;
    std::size_t trained = 0; ///< distinct flows it was learned from
    std::size_t held = 0;    ///< distinct flows it is judged by
    std::size_t newClasses = 0;
    std::size_t classes = 0; ///< known from now on
    // Means over its steps; NaN for what there was none of.
    double episodeLoss = 0;
    double freshLoss = 0;          ///< cross-entropy of new flows, nats
    double logitLoss = 0;          ///< squared distance to stored logits
    double replayLoss = 0;         ///< cross-entropy of replayed flows
    std::uint32_t replayBatch = 0; ///< flows that the head replayed in each of the two terms; 0 without any to replay
    double replayShare = 0;        ///< replayed among all flows of a step, those of episodes included, 0..1
    ReservoirSummary memory;       ///< afterwards
    double before = 0;             ///< few-shot accuracy on its held flows before, 0..1
    double fewShot = 0;            ///< and after it was learned
    double classifier = 0;         ///< accuracy of the class head on them, among all classes
    double seconds = 0;
};

/// After how many tasks, and what is left of each of them.
struct ContinualOutcome {
    BaseModel model;        ///< a new one: the base model with other weights, and a record of where it comes from
    ContinualMemory memory; ///< goes with it
    std::vector<LearnedTask> learned; ///< in this run
    ContinualReport fewShot;          ///< episodes of each task's held flows, by the model's own method
    ContinualReport classifier;       ///< the class head, which must tell the classes of all tasks apart
};

/// Told after every task, from the training thread.
using TaskSink = std::function<void(const LearnedTask&)>;

/// Lines for a log: what was learned and replayed, then what the buffer holds, per class, and how old it is.
[[nodiscard]] std::vector<std::string> logLines(const LearnedTask& task);
/// A table for the terminal: per task accuracy, forgetting, backward transfer, for episodes and for the class head,
/// with their means in the last line. Accuracies in percent, differences in points.
[[nodiscard]] std::vector<std::string> reportLines(const ContinualOutcome& outcome);

} // namespace flowscent::learn
