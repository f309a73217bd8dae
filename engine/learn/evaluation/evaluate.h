// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/learn/backend.h"
#include "engine/learn/tasks/dataset.h"
#include "engine/learn/tasks/episode_index.h"

namespace flowscent::learn {

struct EvaluateSettings {
    std::uint32_t ways = 5;
    std::vector<std::uint32_t> shots{1, 5};
    std::uint32_t queries = 5;
    std::uint32_t episodes = 400; ///< per regime and number of shots
    std::uint64_t seed = 7;
    std::uint32_t minimumPackets = 1;
    QueryMix mix = QueryMix::Balanced;
};

/// A trained model that takes part with a method.
struct TrainedMethod {
    std::string name; ///< in the table
    std::shared_ptr<const BaseModel> model;
    Method method = Method::R2d2;
};

/// Accuracy of one method in one regime, with what is needed to judge it.
struct NwayResult {
    std::string method;           ///< "r2d2", "random_forest", ..., see contestants.h
    bool transductive = false;    ///< looked at the queries of an episode together
    bool captureDisjoint = false; ///< support and query from different sessions
    std::uint32_t ways = 0;
    std::uint32_t shots = 0;
    std::uint32_t classes = 0; ///< classes that could take part
    std::uint32_t episodes = 0;
    double mean = 0; ///< accuracy, 0..1
    double low = 0;  ///< 95 % interval, bootstrap over classes
    double high = 0;
    double versusForest = 0; ///< paired difference to random_forest on the same episodes
    double versusForestLow = 0;
    double versusForestHigh = 0;
    double seconds = 0;                                   ///< spent in this method, over all threads
    std::vector<std::pair<std::string, double>> perClass; ///< accuracy of each class that took part
};

/// What is evaluated on: de-duplicated, flows of at least that many packets.
[[nodiscard]] Dataset evaluationData(const Dataset& all, std::uint32_t minimumPackets);
/// The episodes of every regime and number of shots, capture-disjoint ones first. Argument error for settings without
/// meaning and where fewer classes than ways have enough flows.
[[nodiscard]] base::Result<std::vector<EpisodeIndex>> evaluationEpisodes(const Dataset& data,
                                                                         const EvaluateSettings& settings);

/// Plays the episodes (drawn over `data`, from evaluationData): every method sees identical ones. `encoder` is the
/// model whose closed forms and ensembles take part, and its scaler prepares the baselines' features; `others` take
/// part with their own encoders. Two threads; the results do not depend on that. Cancelled when stopped.
[[nodiscard]] base::Result<std::vector<NwayResult>>
evaluateEpisodes(const Dataset& data, std::span<const EpisodeIndex> rounds, const Encoder& encoder,
                 std::span<const TrainedMethod> others, const base::ProgressSink& progress,
                 const std::stop_token& stop);

/// All three in a row, for one model.
[[nodiscard]] base::Result<std::vector<NwayResult>> evaluateNway(const Dataset& dataset, const Encoder& encoder,
                                                                 const EvaluateSettings& settings,
                                                                 const base::ProgressSink& progress,
                                                                 const std::stop_token& stop);

} // namespace flowscent::learn
