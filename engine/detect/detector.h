// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/progress.h"
#include "engine/learn/backend.h"
#include "engine/learn/head.h"

namespace flowscent::detect {

/// What an adaptation learns from: raw features of the examples. Plain value.
struct AdaptInput {
    features::FeatureSet threat;     ///< at least one row
    features::FeatureSet notThreat;  ///< counter-examples; may be empty
    features::FeatureSet background; ///< unlabelled flows of the same traffic: may hold the threat, so weighted down
};

struct AdaptSettings {
    learn::HeadKind head = learn::HeadKind::Ridge;
    std::string threatName = "threat";
    /// Share of the background that may score above the threshold; the line between alarm and silence.
    double falseAlarmBudget = 0.01;
};

/// A base model adapted to one threat. Self-contained: it scores any capture without the one it came from.
/// Immutable value; a new adaptation is a new detector with a new revision.
struct Detector {
    std::shared_ptr<const learn::BaseModel> base;
    learn::Head head;
    double threshold = 0.5; ///< on the score scale (0..1)
    std::string threatName;
    std::uint32_t threatExamples = 0;
    std::uint32_t counterExamples = 0;
    std::uint32_t backgroundExamples = 0;
    std::uint64_t revision = 0; ///< counts adaptations within a session; scores remember it
};

/// Fits the head; a millisecond or two once the encoder is ready. Support error without a threat example; Model error
/// when a number is not finite.
[[nodiscard]] base::Result<Detector> adapt(const learn::Encoder& encoder, const AdaptInput& input,
                                           const AdaptSettings& settings, const std::stop_token& stop);
/// The same from embeddings that are at hand (a capture's cache): what live labelling uses.
struct EmbeddedInput {
    base::Matrix threat;
    base::Matrix notThreat;
    base::Matrix background;
};
[[nodiscard]] base::Result<Detector> adapt(std::shared_ptr<const learn::BaseModel> base, const EmbeddedInput& input,
                                           const AdaptSettings& settings);

/// 0..1, higher is more like the threat. Monotone in the head's logit difference; it ranks, it is no probability of
/// guilt.
[[nodiscard]] std::vector<float> score(const Detector& detector, const base::Matrix& embeddings);

enum class Verdict : std::uint8_t { Normal, Threat };
[[nodiscard]] std::string_view text(Verdict verdict);
[[nodiscard]] Verdict verdict(const Detector& detector, float score);

/// Rank of every flow, 1 for the highest score; equal scores share the better rank.

[[nodiscard]] std::vector<std::uint32_t> ranks(const std::vector<float>& scores);
/// Rows by falling score, ties by row.
[[nodiscard]] std::vector<std::uint32_t> rankedRows(const std::vector<float>& scores);

} // namespace flowscent::detect
