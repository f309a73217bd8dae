// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/detect/evaluation/hunt_draws.h"
#include "engine/learn/backend.h"

namespace flowscent::detect {

/// Scores of queries, in their order; higher is more like the threat. Finite.
using HuntScores = std::vector<double>;

/// Who takes part in hunts. None looks at the queries together: a query's score is the same in any company.
/// Thread-safe.
struct HuntContestant {
    std::string name;
    /// Whose scores of the same task it builds on; those are handed in, in that order. They build on nobody.
    std::vector<std::string> members;
    std::function<base::Result<HuntScores>(const HuntTask& task, std::span<const HuntScores> members,
                                           std::uint64_t seed)>
        score;
    bool onlyIfAsked = false; ///< takes part when it is named: too slow for every table
};

inline constexpr const char* huntForest = "random_forest";
inline constexpr const char* huntForestWithBank = "random_forest_bank";
inline constexpr const char* shippedDefault = "flowscent";

struct HuntOpponents {
    /// De-duplicated training flows, which share nothing with those hunted in: zero_shot learns all of them, and a
    /// model without a benign bank gets one drawn from them. Without, whoever needs them takes no part.
    const learn::Dataset* training = nullptr;
    std::uint64_t seed = 7;             ///< draws that bank
    std::vector<std::string> methods;   ///< only these and those that they build on; empty for all but the slow
    learn::FineTuneSettings fineTuning; ///< of those that do so, scope and seed aside
};

/// The model with a benign bank: its own, else one drawn from `training`; without either the model as it is.
[[nodiscard]] std::shared_ptr<const learn::BaseModel> withBank(const learn::BaseModel& model,
                                                               const learn::Dataset* training, std::uint64_t seed);

/// Whether any of those who are wanted would make something of training flows.
[[nodiscard]] bool needsTraining(const learn::BaseModel& model, const HuntOpponents& opponents);

/// Every name that HuntOpponents::methods may hold, in the order of the table.
[[nodiscard]] std::vector<std::string> huntMethods();

/// All of them learn support against background, on the same numbers: scaled features (the encoder's scaler, fitted on
/// its training flows) or embeddings.
///
/// random_forest: share of 100 trees. logistic_regression: classes balanced. nearest_neighbour: log ratio of the
/// distances to the nearest flow of the background and of the support, on features. nearest_neighbour_embedded: the
/// same of the mean distances to the nearest three, on embeddings. r2d2: the ridge head, both sides weighing alike.
/// random_forest_bank, ridge_bank: with the bank beside the background. forest_bank_and_ridge_bank: the mean of the
/// forest's share and the ridge's logistic. zero_shot: the forest of all training threats against all training benign
/// flows, which sees no support. identity: a forest on server port, protocol and both sides' hop limits alone, which
/// shows what an address book would find. flowscent: detect::adapt and its combined logit as shipped.
/// flowscent_fine_tuned, flowscent_fine_tuned_all: the same after adaptFineTuned of the last layers and of all; only
/// when named.
///
/// Support and Model errors as of the encoder and the baselines; Argument error for an unknown method. What is made
/// here must not outlive the data, which must be that of the tasks.
[[nodiscard]] base::Result<std::vector<HuntContestant>> makeHuntContestants(const learn::Dataset& data,
                                                                            const learn::Encoder& encoder,
                                                                            const HuntOpponents& opponents,
                                                                            const std::stop_token& stop);

} // namespace flowscent::detect
