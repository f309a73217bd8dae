// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "engine/base/error.h"
#include "engine/base/progress.h"
#include "engine/learn/base_model.h"
#include "engine/learn/baseline.h"
#include "engine/learn/export/export.h"
#include "engine/learn/learner.h"
#include "engine/learn/tasks/dataset.h"
#include "engine/learn/training/continual.h"
#include "engine/learn/training/fine_tuning.h"
#include "engine/learn/training/train_settings.h"
#include "engine/learn/training/training.h"
#include "engine/learn/world/world.h"

namespace flowscent::learn {

/// A base model made ready to embed. Thread-safe: `embed` may run on several threads at once.
class Encoder {
public:
    virtual ~Encoder() = default;

    /// Raw features to embeddings, n x embeddingSize: scales, then runs the encoder in blocks. The embedding of a flow
    /// does not depend on the others in the call. Never NaN. Cancelled when stopped.
    [[nodiscard]] virtual base::Result<base::Matrix>
    embed(const features::FeatureSet& raw, const base::ProgressSink& progress, const std::stop_token& stop) const = 0;
    [[nodiscard]] virtual const BaseModel& model() const = 0;

    /// Embeddings of flows that are scaled already: points between flows, which no capture holds.
    [[nodiscard]] virtual base::Result<base::Matrix> embedScaled(const features::FeatureSet& scaled,
                                                                 const std::stop_token& stop) const;
    /// How embeddings move with scaled flows: row i is the gradient, by flow i's scaled numbers, of the dot product of
    /// its embedding with row i of `weights` (n x embeddingSize). Where the function has a corner, the slope of one of
    /// its sides. A flow's gradient does not depend on the others in the call. Argument error when sizes disagree,
    /// Model when a number is not finite, Unavailable from an encoder that knows no derivative (as this one does, and
    /// the function above), Cancelled when stopped.
    [[nodiscard]] virtual base::Result<features::FeatureSet>
    gradients(const features::FeatureSet& scaled, const base::Matrix& weights, const std::stop_token& stop) const;
};

/// Told after every curve point, from the training thread.
using CurveSink = std::function<void(const CurvePoint&)>;

/// What needs LibTorch. It lives in a plugin, loaded when first asked for, because starting LibTorch costs half a
/// second that the first window must not wait for, and because OpenBLAS must be told the processor before it loads.
class Backend {
public:
    virtual ~Backend() = default;

    [[nodiscard]] virtual base::Result<std::shared_ptr<const Encoder>>
    encoder(std::shared_ptr<const BaseModel> model) const = 0;

    /// The model made ready to take up supports by a method: the one it was trained with, or any closed form.
    [[nodiscard]] virtual base::Result<std::unique_ptr<Learner>> learner(std::shared_ptr<const BaseModel> model,
                                                                         Method method) const = 0;
    /// A meta-training that has taken no step yet. `validation` shares no capture and no threat with `training`. The
    /// same settings, data and seed give the same bytes. With a world, every rank begins the same training and takes
    /// every step; what comes out is the same on all of them, and but for rounding what one process gives.
    [[nodiscard]] virtual base::Result<std::unique_ptr<Training>>
    beginTraining(const Dataset& training, const Dataset& validation, const TrainSettings& settings,
                  const std::optional<WorldAddress>& world) const = 0;
    /// Goes on from a checkpoint with the settings in it; the data must be the same.
    [[nodiscard]] virtual base::Result<std::unique_ptr<Training>>
    resumeTraining(const Dataset& training, const Dataset& validation, const base::TensorFile& checkpoint,
                   const std::optional<WorldAddress>& world) const = 0;
    /// Begins and runs a training to its end on the calling thread: runTraining without checkpoints.
    [[nodiscard]] base::Result<BaseModel> train(const Dataset& training, const Dataset& validation,
                                                const TrainSettings& settings, const CurveSink& curve,
                                                const std::stop_token& stop) const;
    /// Learns tasks one after the other, on the calling thread, rehearsing what `memory` (may be null) holds of earlier
    /// ones. `base` and `memory` stay as they are; same base, memory, tasks and settings give the same bytes. When
    /// stopped, what finished tasks gave, or Cancelled without any. The first task that cannot be learned is an error
    /// (Support: too few flows or classes), and so is a memory that goes with another model (Model).
    [[nodiscard]] virtual base::Result<ContinualOutcome>
    continueTraining(const BaseModel& base, const ContinualMemory* memory, std::span<const ContinualTask> tasks,
                     const ContinualSettings& settings, const TaskSink& told, const base::ProgressSink& progress,
                     const std::stop_token& stop) const = 0;
    /// The model after a few steps of gradient descent on the examples: threat against the rest, which is
    /// counter-examples, background and a draw of the model's bank. The loss is that of prototypes, each example
    /// judged by the mean of the others; of a single example, altered views (augment.h) stand for the others. Ends
    /// early when the loss no longer falls. Scaler, heads' constants and bank stay; the record says what was done. A
    /// tenth of a second. The same arguments give the same bytes. Support error without a threat example or without
    /// a rest, or when a number is not one that a flow has; Argument for settings; Cancelled when stopped.
    [[nodiscard]] virtual base::Result<BaseModel> fineTuned(const BaseModel& model, const FineTuneExamples& examples,
                                                            const FineTuneSettings& settings,
                                                            const std::stop_token& stop) const = 0;
    /// What a baseline that saw `train` (n x d, scaled features) thinks of `test`: shares, m x ways, none below 0, each
    /// row's sum 1. Those of the linear SVM are the softmax of its decision values: their order means something, their
    /// size does not. A class without an example gets 0; with one class there is nothing to choose, and it gets 1.
    /// The same seed gives the same answer. Thread-safe. Support error when there is no example, a class is not below
    /// `ways`, sizes disagree, or a number is not finite.
    [[nodiscard]] virtual base::Result<base::Matrix> baseline(Baseline kind, const base::Matrix& train,
                                                              const std::vector<std::uint16_t>& classOf,
                                                              std::uint16_t ways, const base::Matrix& test,
                                                              std::uint64_t seed) const = 0;
    /// The model as a TorchScript archive, for torch::jit::load and Python's torch.jit.load. `forward(sequences,
    /// statistics)` gives embeddings, a head's logits, or a detector's scores; `embed` and, of a detector, `logit` of
    /// the same arguments give the steps before. Metadata is in the extra file "flowscent.json". Errors as of
    /// `encoder`.
    [[nodiscard]] virtual base::Result<std::string> exportTorchScript(const BaseModel& model,
                                                                      const Readout& readout) const = 0;
    /// "LibTorch 1.13.0, OpenBLAS SkylakeX, 61 GFLOP/s", for the diagnostics.
    [[nodiscard]] virtual std::string describe() const = 0;
};

/// Loads the plugin once; the following calls return the same object. Thread-safe. Takes about half a second the first
/// time. Unavailable when the plugin or one of its libraries is missing.
[[nodiscard]] base::Result<const Backend*> backend();

} // namespace flowscent::learn
