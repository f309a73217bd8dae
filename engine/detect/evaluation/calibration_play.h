// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/progress.h"
#include "engine/detect/budget/calibration.h"
#include "engine/detect/budget/reliability.h"
#include "engine/detect/evaluation/hunt_contestants.h"
#include "engine/detect/evaluation/hunt_draws.h"
#include "engine/detect/evaluation/kept_promises.h"
#include "engine/learn/evaluation/class_tally.h"

namespace flowscent::detect {

struct CalibrationSettings {
    std::vector<std::uint32_t> shots{1, 5};
    std::uint32_t draws = 10; ///< per class and shape
    std::uint64_t seed = 7;
    std::vector<double> rates{1e-2, 1e-3};      ///< false-alarm rates to promise
    double leastBaselineAlarms = 10;            ///< flows that a baseline has above a line, for it to be judged
    std::vector<double> prevalences{0.01, 0.5}; ///< of threats, that probabilities are quoted for
};

/// How one promise was kept, over all classes.
struct PromiseResult {
    double asked = 0; ///< share of normal flows that may alarm
    BaselineFrom from = BaselineFrom::OtherCaptures;
    double baselineFlows = 0;                             ///< mean over draws
    double heldOutFlows = 0;                              ///< mean over draws
    double expected = 0;                                  ///< alarms, of all draws
    std::uint64_t seen = 0;                               ///< alarms, of all draws
    learn::ClassInterval ratio;                           ///< realised to promised rate, mean over classes
    learn::ClassInterval recall;                          ///< share of threats at or above the line
    std::vector<std::pair<std::string, double>> perClass; ///< its ratio
};

/// Scores read as probabilities at one prevalence, draws and classes weighing alike.
struct ProbabilityResult {
    double prevalence = 0;
    Calibrator calibrator;
    double error = 0;                  ///< expected calibration error, bins of equal width
    double errorByMass = 0;            ///< the same, of equal mass
    double brier = 0;                  ///< Brier score
    double brierOfRate = 0;            ///< of whoever says the prevalence of every flow: what to beat
    double errorOfLogits = 0;          ///< expected calibration error of the logits as they are
    std::vector<ReliabilityRow> table; ///< equal width
};

/// One shape of hunt.
struct CalibrationResult {
    HuntShape shape;
    std::size_t classes = 0;
    std::size_t largestBaseline = 0; ///< flows of any draw that holds others out
    std::vector<PromiseResult> promises;
    std::vector<ProbabilityResult> probabilities; ///< empty without calibrators for the number of shots
};

/// By number of shots, one for each of the settings' prevalences.
using TaskCalibrators = std::map<std::uint32_t, std::vector<Calibrator>>;

/// Temperature and bias from hunts of other data (training flows), pooled over classes, variants and draws for each
/// number of shots; benign queries of all networks, of which a draw of 1000 is asked. The contestant must be made on
/// that data, build on nobody, and score by logits. Errors as of playCalibration and fitCalibrator.
[[nodiscard]] base::Result<TaskCalibrators>
fitTaskCalibrators(const learn::Dataset& other, const HuntContestant& contestant, const CalibrationSettings& settings,
                   const base::ProgressSink& progress, const std::stop_token& stop);

/// Plays every possible hunt of `data` (as of HuntSampler): in each, benign queries are dealt into a baseline, which
/// draws the line, and flows that are held out, on which the rate is counted; once by captures and once at random.
/// Results in the order of variants (same, other), negatives (all, own) and shots; a shape that no class can fill has
/// none, and a rate for which every draw has too few flows neither. Two threads; the results do not depend on that.
/// Support error when no class of the data can be hunted, Argument for settings without meaning or a contestant that
/// builds on others, Model when a score is not finite; Cancelled when stopped.
[[nodiscard]] base::Result<std::vector<CalibrationResult>>
playCalibration(const learn::Dataset& data, const HuntContestant& contestant, const TaskCalibrators& calibrators,
                const CalibrationSettings& settings, const base::ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::detect
