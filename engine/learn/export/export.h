// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/features/feature_schema.h"
#include "engine/learn/base_model.h"
#include "engine/learn/inference/forest.h"
#include "engine/learn/inference/head.h"

/// Models for other programs. What leaves here takes raw features ("sequences" n x 256, "statistics" n x 45, any n,
/// native units, in the order of FEATURES.md) and scales them itself, with the scaler's constants inside.
namespace flowscent::learn {

/// Constants of a detector's evidence, see detect/combined_logit.h.
inline constexpr double nearestNothing = 1e-6;        ///< keeps the ratio finite when a flow equals an example
inline constexpr double prototypeShareOfReach = 0.05; ///< of the reach, added to the distance to the threat

/// What an export computes from embeddings. Nothing: embeddings alone. One part and no line: a head's logits, n x ways.
/// With a line: a detector's combined logit and score, one each a flow, as store/FORMAT.md has them. Plain value.
struct Readout {
    struct Part {
        Head head;
        Forest forest;     ///< of scaled statistics; without trees the head answers
        double reach = 1;  ///< Prototype of a detector: > 0
        double centre = 0; ///< evidence on the background's scale is (evidence - centre) / spread
        double spread = 1; ///< > 0
        double weight = 1; ///< what the evidence counts for, after the logistic function where squashed
        bool squashed = false;
    };
    struct Line {
        double logit = 0;       ///< score 0.5
        double temperature = 1; ///< > 0
    };

    std::vector<Part> parts;
    std::optional<Line> line; ///< then every part has two ways: 0 the rest, 1 the threat
};

/// Model error when scaler, heads and embeddings do not fit together or a number makes no sense.
[[nodiscard]] base::Result<void> checkExport(const BaseModel& model, const Readout& readout);

/// What exports say of themselves: model, encoder, feature table, configuration and data hash of the training.
[[nodiscard]] std::map<std::string, std::string> exportMetadata(const BaseModel& model);

/// How scaling treats each column, for exporters; see features/scaler.cpp.
struct SquashMasks {
    std::vector<bool> plain; ///< left as it is before median and range
    std::vector<bool> cut;   ///< negative numbers count as 0 before the logarithm
};
[[nodiscard]] SquashMasks squashMasks(std::span<const features::FeatureDefinition> definitions);

} // namespace flowscent::learn
