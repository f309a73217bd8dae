// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/progress.h"
#include "engine/detect/flow_numbers.h"
#include "engine/learn/backend.h"
#include "engine/learn/export/export.h"
#include "engine/learn/inference/forest.h"
#include "engine/learn/inference/head.h"

namespace flowscent::detect {

/// How a flow is compared with the examples.
enum class Method : std::uint8_t {
    Ensemble,  ///< mean of Forest and Prototype, both with the model's benign bank beside the background
    Forest,    ///< extremely randomised trees on the flows' statistics, with the bank
    Blend,     ///< mean of Ridge and Prototype, each on the background's scale: where one of them fails the other holds
    Ridge,     ///< R2D2's ridge head, threat against everything else
    Prototype, ///< log ratio of the mean distance to the background and the distance to the examples' mean
    Nearest    ///< log ratio of the distances to the nearest background and to the nearest example
};
[[nodiscard]] std::string_view text(Method method);
[[nodiscard]] base::Result<Method> parseMethod(std::string_view text);
inline constexpr std::array allMethods{Method::Ensemble, Method::Forest,    Method::Blend,
                                       Method::Ridge,    Method::Prototype, Method::Nearest};

/// What an adaptation learns from: raw features of the examples. Plain value.
struct AdaptInput {
    features::FeatureSet threat;     ///< at least one row
    features::FeatureSet notThreat;  ///< counter-examples; may be empty
    features::FeatureSet background; ///< unlabelled flows of the same traffic: may hold the threat
};

/// The same from numbers that are at hand (a capture's cache): what live labelling uses.
struct DescribedInput {
    FlowNumbers threat;
    FlowNumbers notThreat;
    FlowNumbers background;
};

/// Numbers of all of them. Errors as of Encoder::embed.
[[nodiscard]] base::Result<DescribedInput> describe(const learn::Encoder& encoder, const AdaptInput& raw,
                                                    const std::stop_token& stop);

struct AdaptSettings {
    Method method = Method::Ensemble;
    std::string threatName = "threat";
    /// Share of the background that may score above the line (on flows held out of the fit).
    double falseAlarmBudget = 0.01;
    std::uint64_t seed = 1; ///< of the forest
};

/// One opinion of a flow and how it is read: its evidence e (combined_logit.h), through the logistic function where
/// `squashed`, counts as weight * (e - centre) / spread.
struct DetectorPart {
    learn::Head head;     ///< of embeddings; unless there is a forest
    learn::Forest forest; ///< of statistics; without trees the head answers
    double reach = 1;     ///< Prototype: mean squared distance of the rest from its mean, in the head's logits; > 0
    double centre = 0;    ///< median over held-out background
    double spread = 1;    ///< interquartile range / 1.35 over held-out background, > 0
    double weight = 1;    ///< >= 0; those of a detector's parts add up to 1
    bool squashed = false;

    [[nodiscard]] bool isForest() const { return !forest.roots.empty(); }
    friend bool operator==(const DetectorPart&, const DetectorPart&) = default;
};

/// A base model adapted to one threat. Self-contained: it scores any capture without the one it came from.
/// Immutable value; a new adaptation is a new detector with a new revision.
struct Detector {
    std::shared_ptr<const learn::BaseModel> base;
    Method method = Method::Ensemble;
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

/// Fits the parts; a few milliseconds, with a forest some tens.
///
/// The background may hold the threat. Ensemble and Forest first learn without it, the examples against the model's
/// benign bank and the counter-examples; background flows that this takes for the threat are set aside. The other
/// methods have no bank: they set aside (at most a tenth) what lies closer to an example than two examples lie to each
/// other, or scores above the median example. The line lies halfway between the background's (1 - budget) quantile and
/// the lowest score of the examples, and never below that quantile; every score by a fit that did not see the flow
/// (examples are left out one by one, or in five folds when there are more; the rest in four). One example cannot be
/// held out: then the line is the quantile. A quantile of n flows is no finer than 1 / n, and alarms like the flows
/// that were set aside come on top of the budget, unless every example scores above them.
///
/// Support error without a threat example or without anything to tell it from; Model error when a number is not finite.
[[nodiscard]] base::Result<Detector> adapt(const Foundation& foundation, const DescribedInput& input,
                                           const AdaptSettings& settings);
/// Describes first; for the command line.
[[nodiscard]] base::Result<Detector> adapt(const learn::Encoder& encoder, const Foundation& foundation,
                                           const AdaptInput& input, const AdaptSettings& settings,
                                           const std::stop_token& stop);

/// 0..1, higher is more like the threat; monotone in the combined logit. It ranks: it is no probability of guilt.
/// A flow's score is the same to the last bit in any company. Many flows are shared with a second thread.
[[nodiscard]] std::vector<float> score(const Detector& detector, const FlowNumbers& flows);
/// The number behind the score: score = 1 / (1 + e^-((logit - line) / temperature)).
[[nodiscard]] std::vector<double> combinedLogits(const Detector& detector, const FlowNumbers& flows);

/// What the detector computes from embeddings and scaled statistics, for exports of its base model.
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
