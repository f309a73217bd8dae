// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/progress.h"
#include "engine/detect/detector.h"
#include "engine/detect/evaluation/hunt_draws.h"
#include "engine/learn/backend.h"
#include "engine/learn/evaluation/class_tally.h"

namespace flowscent::detect {

struct DeletionSettings {
    Method method = Method::Ensemble;
    std::vector<std::uint32_t> shots{5};
    std::uint32_t draws = 5;                 ///< hunts per class and number of shots
    std::uint32_t mostFlows = 10;            ///< explained per hunt, of the threats above the line
    std::vector<std::uint32_t> masked{3, 5}; ///< how many features are made normal
    std::uint32_t randomSets = 10;           ///< of as many features, whose mean the named ones are held against
    std::uint64_t seed = 7;
};

/// Whether evidence names what matters: the features that it names first are made normal, and as many by chance.
struct DeletionResult {
    std::uint32_t shots = 0;
    std::uint32_t masked = 0;
    std::size_t flows = 0;
    /// Share of flows whose combined logit falls further than it does for chance sets on the average.
    learn::ClassInterval wins;
    /// The same against chance among features that are not normal already: a harder opponent.
    learn::ClassInterval winsAmongUnlike;
    /// The same against the luckiest of all chance sets of both kinds.
    learn::ClassInterval winsOverEvery;
    learn::ClassInterval namedFall;                       ///< combined logits
    learn::ClassInterval chanceFall;                      ///< combined logits
    std::vector<std::pair<std::string, double>> perClass; ///< wins of each class that had an alarm
};

struct EvidenceQuality {
    std::vector<DeletionResult> deletion; ///< by shots, then number of masked features
    std::size_t flows = 0;                ///< explained
    std::size_t silentHunts = 0;          ///< without a threat above the line: nothing to explain
    double completenessMean = 0;          ///< shares, see Evidence::completenessError
    double completenessMost = 0;
    double stepsMean = 0;
    double twinAlarmShare = 0;   ///< of flows whose normal twin is above the line, too: their evidence explains little
    double flipShare = 0;        ///< of flows for which a flip was found
    double flipFeatures = 0;     ///< mean size of those
    double millisecondsMean = 0; ///< wall time of one explanation, beside another thread's
};

/// Plays hunts (same capture, all networks) and explains what they find. `data`: de-duplicated, with provenance. Two
/// threads; nothing but the times depends on that. Support error when no class can be hunted or no hunt finds anything,
/// Argument for settings without meaning; else errors of adapting and explaining; Cancelled when stopped.
[[nodiscard]] base::Result<EvidenceQuality>
testEvidence(const learn::Dataset& data, const std::shared_ptr<const learn::Encoder>& encoder,
             const DeletionSettings& settings, const base::ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::detect
