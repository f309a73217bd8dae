// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <stop_token>

#include "engine/base/progress.h"
#include "engine/learn/torch/methods/method.h"
#include "engine/learn/training/continual.h"
#include "engine/learn/training/train_settings.h"

namespace flowscent::learn {

/// Learns one task after the other. Each step is two graphs on two threads: episodes by the model's own method, over
/// the new classes and, as further ones, classes of the buffer; and DER++ on a class head. Flows enter the buffer when
/// their task is done, each once, with the logits of that moment: earlier ones would be those of a head that has never
/// seen the class. Inside the plugin only.
class ContinualLoop {
public:
    /// Model error when base model and memory do not fit this version or each other; Argument error for settings.
    [[nodiscard]] static base::Result<std::unique_ptr<ContinualLoop>>
    begin(const BaseModel& base, const ContinualMemory* memory, const ContinualSettings& settings);

    /// After an error, Cancelled among them, everything is as it was before the task.
    [[nodiscard]] base::Result<LearnedTask> learn(const ContinualTask& task, const base::ProgressSink& progress,
                                                  const std::stop_token& stop);
    /// What the tasks learned so far came to; asked after one at least.
    [[nodiscard]] ContinualOutcome outcome() const;

private:
    /// What a task's training works on, given up when it does not end well.
    struct Attempt;

    ContinualLoop(const BaseModel& base, ContinualMemory memory, MetaModel model, const TrainSettings& method,
                  const ContinualSettings& settings);
    void prepare(Attempt& attempt, const Dataset& training) const;
    [[nodiscard]] base::Result<void> train(Attempt& attempt, const base::ProgressSink& progress,
                                           const std::stop_token& stop) const;
    void step(Attempt& attempt, std::uint32_t step) const;
    [[nodiscard]] torch::Tensor inputsOf(const features::FeatureSet& raw) const;
    [[nodiscard]] double fewShotAccuracy(const MetaModel& model, const Dataset& held, std::size_t task) const;
    [[nodiscard]] double classifierAccuracy(const MetaModel& model, const Dataset& held,
                                            const ExemplarReservoir& classes) const;
    void remember(Attempt& attempt) const;
    void judge(Attempt& attempt) const;
    void record(Attempt& attempt, const ContinualTask& task, const LearnedTask& learned);
    void addFigures(TrainingRecord& training, const Attempt& attempt, const LearnedTask& learned) const;

    const ContinualSettings m_settings;
    const TrainSettings m_method;             ///< the base model's, with this training's optimiser in it
    std::unique_ptr<FewShotMethod> m_rule;    ///< as it answers
    std::unique_ptr<FewShotMethod> m_trained; ///< as it is trained
    BaseModel m_model;
    ContinualMemory m_memory;
    MetaModel m_meta; ///< "encoder.*", "method.*" and, after the first task, "classes.*"
    std::vector<LearnedTask> m_learned;
};

/// All tasks; see Backend::continueTraining.
[[nodiscard]] base::Result<ContinualOutcome> continueWith(const BaseModel& base, const ContinualMemory* memory,
                                                          std::span<const ContinualTask> tasks,
                                                          const ContinualSettings& settings, const TaskSink& told,
                                                          const base::ProgressSink& progress,
                                                          const std::stop_token& stop);

} // namespace flowscent::learn
