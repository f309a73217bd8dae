// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/error.h"
#include "engine/base/safetensors.h"
#include "engine/learn/base_model.h"
#include "engine/learn/replay/task_replay.h"
#include "engine/learn/training/train_settings.h"

namespace flowscent::learn {

/// A meta-training that is taken step by step. Made by Backend::beginTraining or resumeTraining. Not thread-safe: one
/// thread at a time. Its results depend on settings, seed and data alone, never on the number of cores or on pauses.
class Training {
public:
    virtual ~Training() = default;

    /// One meta-batch (or batch of pretraining), and a look at the validation episodes where one is due: then, and only
    /// then, validationAccuracy is a number and losses and accuracies are means since the last look; else NaN, and
    /// means over the batch. Must not be called when finished. After an error (a rank of the world is gone) everything
    /// is as it was before the step, and a checkpoint goes on from there.
    [[nodiscard]] virtual base::Result<CurvePoint> step() = 0;
    /// Whether any process of the world was asked to stop: all must ask each other between the same two steps, so that
    /// all stop there. Alone, the own answer.
    [[nodiscard]] virtual base::Result<bool> stopTogether(bool own) = 0;
    /// All steps done, or `patience` looks without a better one.
    [[nodiscard]] virtual bool finished() const = 0;
    [[nodiscard]] virtual const TrainSettings& settings() const = 0;
    [[nodiscard]] virtual std::uint64_t episodesDone() const = 0;
    [[nodiscard]] virtual TaskReplaySummary replay() const = 0;
    /// Everything that goes on: weights, optimizer, generators, buffers, curve, best model. Resuming it gives, to the
    /// bit, what going on here gives.
    [[nodiscard]] virtual base::TensorFile checkpoint() const = 0;
    /// The model of the best look so far, with the whole curve. Cancelled error before the first look.
    [[nodiscard]] virtual base::Result<BaseModel> best() const = 0;
};

} // namespace flowscent::learn
