// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/error.h"
#include "engine/learn/encoder_spec.h"
#include "engine/learn/method.h"

namespace flowscent::learn {

enum class Optimizer : std::uint8_t { Adam, AdamW, Sgd, RmsProp };

/// What the learning rate does after the warm-up.
enum class Schedule : std::uint8_t {
    Cosine,  ///< down to 1 % of the rate (Loshchilov and Hutter, ICLR 2017, without restarts)
    Step,    ///< times `stepFactor` every `stepEvery` steps
    Plateau, ///< times `stepFactor` after `plateauPatience` validations without a better one
    Constant,
};

/// Everything that decides the outcome of a meta-training besides the data.
struct TrainSettings {
    Method method = Method::R2d2;
    InnerLoopSettings innerLoop;
    EncoderSpec encoder;
    std::uint64_t seed = 1;

    // Tasks
    std::uint32_t steps = 12000;       ///< meta-batches at most
    std::uint32_t tasksPerStep = 8;    ///< episodes in a meta-batch
    std::uint32_t ways = 10;           ///< classes in a training episode, at most
    std::uint32_t fewestWays = 5;      ///< and at least
    std::uint32_t shots = 5;           ///< supports per class, at most
    std::uint32_t queries = 5;         ///< queries per class
    bool captureDisjoint = false;      ///< supports and queries of a class from different captures
    double huntShare = 0;              ///< share of the meta-batches that look for a threat among benign flows
    std::uint32_t benignPerThreat = 8; ///< benign supports for each threat support in those
    double openShare = 0;              ///< share of the meta-batches that ask for classes absent from the support
    double ownNetworkShare = 0;        ///< share of the meta-batches whose episodes stay within one network each

    // Pretraining, before the first meta-batch
    std::uint32_t pretrainSteps = 0;  ///< batches of contrastive and classifying pretraining; 0 for none
    std::uint32_t pretrainFlows = 96; ///< flows in such a batch, each seen twice
    double contrastShare = 0.5;       ///< weight of the supervised contrastive loss; the rest is cross-entropy
    bool augment = true;              ///< change packet sequences at random as networks do, in pretraining

    // Optimisation
    Optimizer optimizer = Optimizer::Adam;
    double learningRate = 1e-3;
    double momentum = 0.9; ///< of sgd and rmsprop
    double weightDecay = 1e-4;
    double gradientClip = 5.0; ///< global norm
    Schedule schedule = Schedule::Cosine;
    std::uint32_t warmUp = 50; ///< steps of linear warm-up
    std::uint32_t stepEvery = 2000;
    double stepFactor = 0.5;
    std::uint32_t plateauPatience = 10;
    double averaging = 0;        ///< decay of the exponential moving average that is validated and kept; 0 for none
    double companionShare = 0.5; ///< r2d2 and protonet: weight of the other one's loss, so that both heads are usable

    // Validation
    std::uint32_t validateEvery = 100; ///< steps
    std::uint32_t validationEpisodes = 200;
    std::uint32_t patience = 60; ///< validations without a better one before stopping early

    // Experience replay
    std::uint32_t replayCapacity = 64;   ///< past tasks kept; 0 switches it off
    double replayShare = 0.25;           ///< share of a meta-batch drawn from them
    std::uint32_t replayStaleness = 500; ///< steps after which a task that was not drawn comes up more

    friend bool operator==(const TrainSettings&, const TrainSettings&) = default;
};

[[nodiscard]] std::string_view text(Optimizer optimizer);
[[nodiscard]] base::Result<Optimizer> parseOptimizer(std::string_view text);
[[nodiscard]] std::string_view text(Schedule schedule);
[[nodiscard]] base::Result<Schedule> parseSchedule(std::string_view text);
/// Argument error, with the field's name, for numbers that no training can use.
[[nodiscard]] base::Result<void> check(const TrainSettings& settings);
/// All fields as one JSON object, for the model's record.
[[nodiscard]] std::string toJson(const TrainSettings& settings);
/// The way back. Fields that are missing, as in models of older versions, keep their defaults; Model error for what is
/// no JSON object, for words that are not known and for settings that `check` refuses.
[[nodiscard]] base::Result<TrainSettings> settingsFromJson(std::string_view text);

/// The rate at a step of `steps`, by warm-up and schedule; `factor` is what a plateau has made of it so far.
[[nodiscard]] double rateAt(std::uint32_t step, std::uint32_t steps, const TrainSettings& settings, double factor = 1);

} // namespace flowscent::learn
