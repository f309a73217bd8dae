// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/safetensors.h"
#include "engine/features/extract.h"
#include "engine/features/scaler.h"

namespace flowscent::learn {

/// One point of a meta-training curve.
struct CurvePoint {
    std::uint32_t step = 0;         ///< meta-batches done
    std::uint64_t episodes = 0;     ///< training episodes done
    double trainLoss = 0;           ///< mean query cross-entropy since the last point, nats
    double trainAccuracyBefore = 0; ///< mean query accuracy before adaptation since the last point, 0..1
    double trainAccuracy = 0;       ///< the same after adaptation
    double validationAccuracy = 0;  ///< mean accuracy of the fixed validation episodes, 0..1
    double validationError = 0;     ///< half width of its 95 % interval
    double learningRate = 0;
    double gradientNorm = 0;      ///< before clipping
    double episodesPerSecond = 0; ///< since the last point
    double replayShare = 0;       ///< share of replayed episodes since the last point, 0..1
    double seconds = 0;           ///< since the start of training

    friend bool operator==(const CurvePoint&, const CurvePoint&) = default;
};

/// How a model came to be; shown in the window and written to the model card.
struct TrainingRecord {
    std::string configuration; ///< JSON of TrainSettings
    std::string corpusHash;    ///< SHA-256 over the features and labels that training saw
    std::vector<CurvePoint> curve;
    std::map<std::string, double> metrics; ///< "val.5way5shot.disjoint.r2d2" -> 0.71
    std::vector<std::string> sources;      ///< "ntop/nDPI (LGPL-3.0)", ...

    friend bool operator==(const TrainingRecord&, const TrainingRecord&) = default;
};

/// Learned constants of the heads (see head.h).
struct HeadParameters {
    double ridgeLambda = 1.0;    ///< > 0; R2D2's learned regulariser
    double ridgeScale = 1.0;     ///< R2D2's learned logit scale
    double prototypeScale = 1.0; ///< temperature of the squared distance to prototypes

    friend bool operator==(const HeadParameters&, const HeadParameters&) = default;
};

/// Everything that meta-training made: a plain value, never changed afterwards. Share as shared_ptr<const BaseModel>.
struct BaseModel {
    base::TensorFile weights; ///< tensors only: "encoder.*", and "method.*" of methods that learn more than heads
    features::Scaler scaler;
    HeadParameters heads;
    /// The benign bank: raw features of benign training flows, which stand for ordinary traffic whenever a detector is
    /// made. Empty in models that have none.
    features::FeatureSet bank;
    std::string encoder; ///< architecture, e.g. "patch-conv-64"
    std::size_t embeddingSize = 0;
    TrainingRecord training;

    /// SHA-256 (hex) of weights, scaler, head parameters and, where there is one, the bank: two models with the same
    /// identity make the same detectors of the same examples.
    [[nodiscard]] std::string identity() const;

    [[nodiscard]] base::TensorFile toTensors() const;
    /// Model errors: other format version, other feature table (both named), missing or misshapen tensors.
    [[nodiscard]] static base::Result<BaseModel> fromTensors(const base::TensorFile& file);
    friend bool operator==(const BaseModel&, const BaseModel&) = default;
};

} // namespace flowscent::learn
