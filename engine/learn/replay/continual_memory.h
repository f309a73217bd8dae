// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "engine/learn/replay/continual_metrics.h"
#include "engine/learn/replay/exemplar_reservoir.h"
#include "engine/learn/tasks/dataset.h"

namespace flowscent::learn {

/// What is known of a task once it has been learned: flows to judge it by, and how well it was answered.
struct PastTask {
    static constexpr double unmeasured = std::numeric_limits<double>::quiet_NaN();

    std::string name;
    ExemplarReservoir held;         ///< flows that were never trained on; at least two of each of at least two classes
    double before = unmeasured;     ///< few-shot accuracy on it before it was learned, 0..1
    std::vector<double> fewShot;    ///< accuracy on tasks 0..this one right after it was learned, 0..1
    std::vector<double> classifier; ///< the same of the class head among all classes known at that moment

    friend bool operator==(const PastTask& one, const PastTask& other);
};

/// What continual training keeps beside the model from one day to the next. Plain value; goes with one base model.
struct ContinualMemory {
    std::string model;           ///< identity of the base model whose embeddings the head and the stored logits are of
    ExemplarReservoir exemplars; ///< its class names are the head's classes, in that order
    base::Matrix headWeights;    ///< classes x embedding size
    std::vector<float> headBias; ///< classes
    std::vector<PastTask> tasks; ///< in order of learning

    [[nodiscard]] base::TensorFile toTensors() const;
    /// Model error when anything is missing, misshapen or contradicts itself, or belongs to another feature table.
    [[nodiscard]] static base::Result<ContinualMemory> fromTensors(const base::TensorFile& file);
    friend bool operator==(const ContinualMemory&, const ContinualMemory&) = default;
};

/// R of few-shot accuracies, or of the class head's.
[[nodiscard]] AccuracyMatrix accuraciesOf(const std::vector<PastTask>& tasks, std::vector<double> PastTask::*figure);

/// A dataset's flows as a reservoir that keeps all of them, without logits, and the way back: classes and sessions by
/// name, no class a threat (the reservoir does not know).
[[nodiscard]] ExemplarReservoir heldFrom(const Dataset& dataset);
[[nodiscard]] Dataset datasetOf(const ExemplarReservoir& reservoir);
/// A row of a dataset as an exemplar of that reservoir, without logits.
[[nodiscard]] Exemplar exemplarOf(const Dataset& dataset, std::size_t row, ExemplarReservoir& of);

} // namespace flowscent::learn
