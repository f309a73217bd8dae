// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/progress.h"
#include "engine/detect/evaluation/hunt_contestants.h"
#include "engine/detect/evaluation/hunt_draws.h"
#include "engine/detect/evaluation/hunt_means.h"

namespace flowscent::detect {

struct HuntSettings {
    std::vector<std::uint32_t> shots{1, 5, 10};
    std::uint32_t draws = 10; ///< per class and shape
    std::uint64_t seed = 7;
    std::vector<std::string> methods; ///< who is reported; empty for everybody
};

/// One method in one shape of hunt.
struct HuntResult {
    std::string method;
    HuntShape shape;
    HuntIntervals figures;
    std::optional<HuntIntervals> versusForest;         ///< paired difference to random_forest, where it took part
    std::optional<HuntIntervals> versusForestWithBank; ///< to random_forest_bank
    std::vector<std::pair<std::string, HuntFigures>> perClass; ///< mean over draws of each class that took part
    double backgroundThreats = 0; ///< in the background, mean over classes of the mean over draws
    double seconds = 0;           ///< spent in this method, over all threads, its members' time apart
};

/// Plays every possible hunt of `data` (as of HuntSampler): for every class, variant, kind of negatives and number of
/// shots the same draws for every contestant. Figures are means over draws, then over classes. Results in the order of
/// variants (same, other), negatives (all, own), shots, contestants; a shape that no class can fill has none. Two
/// threads; the results do not depend on that. Support error when no class of the data can be hunted, Argument for
/// settings without meaning, Model when a score is not finite; Cancelled when stopped.
[[nodiscard]] base::Result<std::vector<HuntResult>>
playHunts(const learn::Dataset& data, std::span<const HuntContestant> contestants, const HuntSettings& settings,
          const base::ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::detect
