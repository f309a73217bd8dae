// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/learn/evaluation/evaluate.h"

namespace flowscent::learn {

/// Who takes part in an evaluation. Thread-safe.
struct Contestant {
    std::string name;
    bool transductive = false;
    /// Scores, queries x ways, from supports and queries of the dataset; `seed` is the episode's own.
    std::function<base::Result<base::Matrix>(const Episode& episode, std::uint64_t seed)> answer;
};

inline constexpr const char* forestName = "random_forest";

/// On the encoder's embeddings: "r2d2" (ridge), "protonet" and "nearest_neighbour_embedded". On the same scaled
/// features that the encoder sees: every baseline, by its text. Ensembles of equal shares: "random_forest_and_r2d2",
/// "gradient_boosting_and_r2d2"; "stacked" weighs forest, boosting and ridge by what the support says. Then `others`.
/// What is made here must not outlive the dataset and the encoder.
[[nodiscard]] base::Result<std::vector<Contestant>> makeContestants(const Dataset& data, const Encoder& encoder,
                                                                    std::span<const TrainedMethod> others,
                                                                    const std::stop_token& stop);

} // namespace flowscent::learn
