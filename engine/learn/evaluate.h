// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/learn/backend.h"
#include "engine/learn/dataset.h"

namespace flowscent::learn {

struct EvaluateSettings {
    std::uint32_t ways = 5;
    std::vector<std::uint32_t> shots{1, 5};
    std::uint32_t queries = 5;
    std::uint32_t episodes = 400;
    std::uint64_t seed = 7;
    std::uint32_t minimumPackets = 1;
};

/// Accuracy of one method in one regime, with what is needed to judge it.
struct NwayResult {
    std::string method;           ///< "r2d2", "protonet", "nearest_neighbour", "random_forest", "logistic_regression"
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
    double seconds = 0;                                   ///< spent in this method
    std::vector<std::pair<std::string, double>> perClass; ///< accuracy of each class that took part
};

/// N-way K-shot episodes over all classes of the (de-duplicated) dataset; every method sees identical episodes.
[[nodiscard]] base::Result<std::vector<NwayResult>> evaluateNway(const Dataset& dataset, const Encoder& encoder,
                                                                 const EvaluateSettings& settings,
                                                                 const base::ProgressSink& progress,
                                                                 const std::stop_token& stop);

} // namespace flowscent::learn
