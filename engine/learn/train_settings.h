// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/error.h"

namespace flowscent::learn {

enum class Method : std::uint8_t { R2d2, ProtoNet };
enum class Optimizer : std::uint8_t { Adam, AdamW, Sgd };

/// Everything that decides the outcome of a meta-training besides the data.
struct TrainSettings {
    Method method = Method::R2d2;
    std::uint64_t seed = 1;
    std::uint32_t steps = 12000;    ///< meta-batches at most
    std::uint32_t tasksPerStep = 8; ///< episodes in a meta-batch
    std::uint32_t ways = 10;        ///< classes in a training episode, at most
    std::uint32_t shots = 5;        ///< supports per class, at most
    std::uint32_t queries = 5;      ///< queries per class
    Optimizer optimizer = Optimizer::Adam;
    double learningRate = 1e-3;
    double weightDecay = 1e-4;
    double gradientClip = 5.0;         ///< global norm
    std::uint32_t warmUp = 50;         ///< steps of linear warm-up, then cosine to 1 % of the rate
    std::uint32_t validateEvery = 100; ///< steps
    std::uint32_t validationEpisodes = 200;
    std::uint32_t patience = 60;       ///< validations without a better one before stopping early
    std::uint32_t replayCapacity = 64; ///< past tasks kept for experience replay; 0 switches it off
    double replayShare = 0.25;         ///< share of a meta-batch drawn from the replay buffer
};

[[nodiscard]] std::string_view text(Method method);
[[nodiscard]] base::Result<Method> parseMethod(std::string_view text);
[[nodiscard]] std::string_view text(Optimizer optimizer);
[[nodiscard]] base::Result<Optimizer> parseOptimizer(std::string_view text);
/// Argument error, with the field's name, for numbers that no training can use.
[[nodiscard]] base::Result<void> check(const TrainSettings& settings);
/// All fields as one JSON object, for the model's record.
[[nodiscard]] std::string toJson(const TrainSettings& settings);

} // namespace flowscent::learn
