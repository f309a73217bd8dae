// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "engine/features/scaler.h"
#include "engine/learn/tasks/dataset.h"
#include "engine/learn/tasks/task_stream.h"
#include "engine/learn/torch/optimizer.h"
#include "engine/learn/torch/pretraining.h"
#include "engine/learn/torch/process_group.h"
#include "engine/learn/torch/validation.h"
#include "engine/learn/training/training.h"

namespace flowscent::learn {

/// Meta-training with LibTorch. A meta-batch is cut into parts, two for every process of the world; each part is one
/// thread's graph, and their gradients are added up in the parts' order. Inside the plugin only.
class TrainingLoop final : public Training {
public:
    /// Argument error when the data cannot fill episodes. `world` is none for training alone.
    [[nodiscard]] static base::Result<std::unique_ptr<TrainingLoop>> begin(const Dataset& training,
                                                                           const Dataset& validation,
                                                                           const TrainSettings& settings,
                                                                           std::unique_ptr<ProcessGroup> world);
    /// Goes on from a checkpoint made with the same data. Model errors for anything that does not fit.
    [[nodiscard]] static base::Result<std::unique_ptr<TrainingLoop>> resume(const Dataset& training,
                                                                            const Dataset& validation,
                                                                            const base::TensorFile& checkpoint,
                                                                            std::unique_ptr<ProcessGroup> world);

    base::Result<CurvePoint> step() override;
    base::Result<bool> stopTogether(bool own) override;
    bool finished() const override;
    const TrainSettings& settings() const override { return m_settings; }
    std::uint64_t episodesDone() const override { return m_episodes; }
    TaskReplaySummary replay() const override { return m_stream.replay(); }
    base::TensorFile checkpoint() const override;
    base::Result<BaseModel> best() const override;

private:
    /// What a meta-batch came to, over all parts of all processes; numbers of tasks, in their order.
    struct Batch {
        std::vector<torch::Tensor> gradients; ///< in the order of the parameters
        std::vector<double> losses;
        std::vector<double> before;
        std::vector<double> after;
    };
    /// Solves units (tasks or contrast groups) [begin, end) of a batch: adds their share of the mean loss's gradient,
    /// and fills in their figures.
    using SolvePart = std::function<void(const MetaModel& leaves, std::size_t begin, std::size_t end, Batch& into)>;

    TrainingLoop(const Dataset& training, const Dataset& validation, const TrainSettings& settings,
                 std::unique_ptr<ProcessGroup> world);
    [[nodiscard]] base::Result<void> check() const;
    [[nodiscard]] base::Result<void> restore(const base::TensorFile& checkpoint);
    [[nodiscard]] base::Result<void> agree();

    [[nodiscard]] std::uint32_t allSteps() const { return m_settings.pretrainSteps + m_settings.steps; }
    [[nodiscard]] bool pretraining() const { return m_step < m_settings.pretrainSteps; }
    [[nodiscard]] base::Result<Batch> solve(std::size_t units, const SolvePart& part);
    [[nodiscard]] base::Result<Batch> nextBatch();
    [[nodiscard]] base::Result<Batch> metaBatch();
    [[nodiscard]] base::Result<Batch> pretrainBatch();
    void solveTasks(const MetaModel& leaves, std::span<const DrawnTask> tasks, std::size_t first, std::size_t all,
                    Batch& into) const;
    [[nodiscard]] double descend(const Batch& batch);
    [[nodiscard]] const Parameters& kept() const { return m_average.empty() ? m_model.parameters : m_average; }
    void look(CurvePoint& point);
    [[nodiscard]] double seconds() const;

    const TrainSettings m_settings;
    const Dataset m_training;
    const features::Scaler m_scaler;
    std::unique_ptr<ProcessGroup> m_world;
    std::unique_ptr<FewShotMethod> m_method;
    torch::Tensor m_inputs;  ///< [n, features], scaled
    torch::Tensor m_classOf; ///< [n]
    std::string m_validationHash;
    Validation m_validation;
    TaskStream m_stream;
    PretrainingStream m_pretraining;
    base::Rng m_rng; ///< of pretraining
    MetaModel m_model;
    Parameters m_average; ///< moving average of the parameters; empty without one
    std::optional<MetaOptimizer> m_optimizer;

    std::uint32_t m_step = 0; ///< of pretraining, then of meta-batches
    std::uint64_t m_episodes = 0;
    double m_plateauFactor = 1;
    std::uint32_t m_sinceBest = 0;    ///< looks
    std::uint32_t m_sincePlateau = 0; ///< looks since the best one or the last reduction
    CurvePoint m_sums;                ///< sums since the last look
    std::uint32_t m_sumSteps = 0;
    std::vector<CurvePoint> m_curve;
    Parameters m_best;
    double m_bestAccuracy = 0;
    std::uint32_t m_bestStep = 0;
    double m_secondsBefore = 0; ///< of the runs before this one
    double m_lastSeconds = 0;
    std::chrono::steady_clock::time_point m_begun = std::chrono::steady_clock::now();
};

} // namespace flowscent::learn
