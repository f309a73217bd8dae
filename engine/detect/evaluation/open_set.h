// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/progress.h"
#include "engine/learn/evaluation/class_tally.h"
#include "engine/learn/tasks/episodes.h"

namespace flowscent::detect {

/// Who takes part: how unlike every class of the support each query is, in their order; higher is more unlike. Finite;
/// a query's score is the same in any company. Thread-safe.
struct NoveltyContestant {
    std::string name;
    std::function<base::Result<std::vector<double>>(const learn::Episode& episode, std::uint64_t seed)> score;
};

inline constexpr const char* noveltyForest = "forest_max_share"; ///< whom the others are compared with

struct OpenSetSettings {
    std::uint32_t seenClasses = 5;
    std::uint32_t unseenClasses = 5;
    std::vector<std::uint32_t> shots{1, 5};
    std::uint32_t queries = 5;    ///< of every class, seen or not
    std::uint32_t episodes = 400; ///< per regime and number of shots
    std::uint64_t seed = 7;
};

/// One method in one regime. Figures are of single unseen classes against the seen queries of the same episode, means
/// over a class's episodes, then over classes; intervals by bootstrap over classes.
struct OpenSetResult {
    struct OfClass {
        std::string name;
        double auroc = 0;
        double fpr95 = 0;
    };

    std::string method;
    bool captureDisjoint = false;
    std::uint32_t shots = 0;
    std::uint32_t episodes = 0;
    learn::ClassInterval auroc;                       ///< of telling unseen from seen
    learn::ClassInterval fpr95;                       ///< share of the unseen taken for seen where 95 % of the seen are
    std::optional<learn::ClassInterval> versusForest; ///< paired difference in auroc, where noveltyForest took part
    std::vector<OfClass> perClass;                    ///< those that were unseen in an episode
    double seconds = 0;                               ///< over all threads
};

/// Plays episodes with classes that the support does not have: the same for every contestant; capture-disjoint ones
/// (every class's examples from one session, its queries from others) before those with captures mixed. A regime that
/// too few classes can fill has no results. Two threads; the results do not depend on that. Support error when no
/// regime can be filled, Argument for settings without meaning, Model when a score is not finite; Cancelled.
[[nodiscard]] base::Result<std::vector<OpenSetResult>>
playOpenSets(const learn::Dataset& data, std::span<const NoveltyContestant> contestants,
             const OpenSetSettings& settings, const base::ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::detect
