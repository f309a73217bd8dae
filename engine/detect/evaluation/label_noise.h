// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
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

/// So many of so many examples are benign flows that somebody marked by mistake.
struct NoiseDose {
    std::uint32_t shots = 5;
    std::uint32_t wrong = 1; ///< fewer than shots
};

struct LabelNoiseSettings {
    std::vector<NoiseDose> doses{{5, 1}, {10, 2}};
    std::uint32_t draws = 10; ///< per class and shape
    std::uint64_t seed = 7;
};

/// A hunt with and without mistakes; background and queries are the same.
struct NoisyHunt {
    HuntTask clean;
    HuntTask noisy;
    std::vector<bool> isThreat; ///< per query
};

/// `wrong` examples, drawn at random, make way for as many benign queries, drawn at random, which nobody is asked about
/// any more: neither with the mistakes nor without. At least one example and one benign query stay, however many are
/// asked for. With 0 both are the draw's own task.
[[nodiscard]] NoisyHunt withWrongExamples(const HuntDraw& draw, std::uint32_t wrong, base::Rng rng);

/// One method in one shape of hunt at one dose.
struct LabelNoiseResult {
    struct OfClass {
        std::string name;
        HuntFigures clean{};
        HuntFigures noisy{};
    };

    std::string method;
    HuntShape shape;
    std::uint32_t wrong = 0;
    HuntIntervals clean;
    HuntIntervals noisy;
    HuntIntervals change; ///< noisy less clean, paired by class
    std::vector<OfClass> perClass;
    double seconds = 0;
};

/// Plays every possible hunt (as of HuntSampler) twice, dose by dose; doses with more examples than any class can
/// fill have no results. Order of results, threads and errors as of playHunts; Argument
/// error also for a dose with no right example.
[[nodiscard]] base::Result<std::vector<LabelNoiseResult>>
playLabelNoise(const learn::Dataset& data, std::span<const HuntContestant> contestants,
               const LabelNoiseSettings& settings, const base::ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::detect
