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
#include "engine/learn/export/export.h"
#include "engine/learn/inference/head.h"

namespace flowscent::detect {

/// How a flow is compared with the examples.
enum class Method : std::uint8_t {
    Blend,     ///< mean of Ridge and Prototype, each on the background's scale: where one of them fails the other holds
    Ridge,     ///< R2D2's ridge head, threat against everything else
    Prototype, ///< log ratio of the mean distance to the background and the distance to the examples' mean
    Nearest    ///< log ratio of the distances to the nearest background and to the nearest example
};
[[nodiscard]] std::string_view text(Method method);
[[nodiscard]] base::Result<Method> parseMethod(std::string_view text);

/// What an adaptation learns from: raw features of the examples. Plain value.
struct AdaptInput {
    features::FeatureSet threat;     ///< at least one row
    features::FeatureSet notThreat;  ///< counter-examples; may be empty
    features::FeatureSet background; ///< unlabelled flows of the same traffic: may hold the threat
};

/// The same from embeddings that are at hand (a capture's cache): what live labelling uses.
struct EmbeddedInput {
    base::Matrix threat;
    base::Matrix notThreat;
    base::Matrix background;
};

struct AdaptSettings {
    Method method = Method::Blend;
    std::string threatName = "threat";
    /// Share of the background that may score above the line (on flows held out of the fit).
    double falseAlarmBudget = 0.01;
};

/// One head and the scale on which its answers are read: (logit - centre) / spread.
struct DetectorPart {
    learn::Head head;
    double reach = 1;  ///< Prototype: mean squared distance of the rest from its mean, in the head's logits; > 0
    double centre = 0; ///< median over held-out background
    double spread = 1; ///< interquartile range / 1.35 over held-out background, > 0

    friend bool operator==(const DetectorPart&, const DetectorPart&) = default;
};

/// A base model adapted to one threat. Self-contained: it scores any capture without the one it came from.
/// Immutable value; a new adaptation is a new detector with a new revision.
struct Detector {
    std::shared_ptr<const learn::BaseModel> base;
    Method method = Method::Blend;
    std::vector<DetectorPart> parts;
    double line = 0;        ///< combined logit at which alarms begin; score 0.5
    double temperature = 1; ///< combined logits per unit of the score's logistic, > 0
    std::string threatName;
    std::uint32_t threatExamples = 0;
    std::uint32_t counterExamples = 0;
    std::uint32_t backgroundExamples = 0;
    std::uint32_t setAside = 0; ///< background flows that looked like the threat and were left out
    std::uint64_t revision = 0; ///< counts adaptations within a session; scores remember it
};

/// Scores at or above this are alarms, for every detector: `line` and `temperature` put them on one scale.
inline constexpr float alarmScore = 0.5F;

/// Fits the heads; a few milliseconds.
///
/// The background may hold the threat. Background flows that lie closer to an example than two examples lie to each
/// other, or that score above the median example, are set aside (at most a tenth) and the heads fitted without them.
/// The line lies halfway between the background's (1 - budget) quantile and the lowest score of the examples, and never
/// below that quantile; every score by a fit that did not see the flow (leave-one-out for examples, four folds for the
/// rest). One example cannot be held out: then the line is the quantile. A quantile of n flows is no finer than 1 / n,
/// and alarms like the flows that were set aside come on top of the budget, unless every example scores above them.
///
/// Support error without a threat example or without anything to tell it from; Model error when a number is not finite.
[[nodiscard]] base::Result<Detector> adapt(std::shared_ptr<const learn::BaseModel> base, const EmbeddedInput& input,
                                           const AdaptSettings& settings);
/// Embeds first; for the command line.
[[nodiscard]] base::Result<Detector> adapt(const learn::Encoder& encoder, std::shared_ptr<const learn::BaseModel> base,
                                           const AdaptInput& input, const AdaptSettings& settings,
                                           const std::stop_token& stop);

/// 0..1, higher is more like the threat; monotone in the combined logit. It ranks: it is no probability of guilt.
[[nodiscard]] std::vector<float> score(const Detector& detector, const base::Matrix& embeddings);

/// What the detector computes from embeddings, for exports of its base model.
[[nodiscard]] learn::Readout readout(const Detector& detector);

enum class Verdict : std::uint8_t { Normal, Threat };
[[nodiscard]] std::string_view text(Verdict verdict);
[[nodiscard]] inline Verdict verdict(float score)
{
    return score >= alarmScore ? Verdict::Threat : Verdict::Normal;
}

/// Rank of every flow, 1 for the highest score; equal scores share the better rank. 0 where there is no score (NaN).
[[nodiscard]] std::vector<std::uint32_t> ranks(const std::vector<float>& scores);
/// Rows by falling score, ties by row; those without a score (NaN) last.
[[nodiscard]] std::vector<std::uint32_t> rankedRows(const std::vector<float>& scores);

} // namespace flowscent::detect
