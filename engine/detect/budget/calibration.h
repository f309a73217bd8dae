// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "engine/base/error.h"

namespace flowscent::detect {

/// Logits of flows whose truth is known. Row i of each is a flow. Plain value.
struct JudgedLogits {
    std::vector<double> logits;
    std::vector<bool> isThreat;
    std::vector<double> weights; ///< >= 0; of flows that stand for many

    [[nodiscard]] std::size_t size() const { return logits.size(); }
    void add(double logit, bool threat, double weight = 1);
    void append(const JudgedLogits& other);
    /// Weighted so that all weigh `total` together and threats this share of it. Where one side has no flows the other
    /// keeps its own share.
    [[nodiscard]] JudgedLogits atPrevalence(double prevalence, double total = 1) const;
};

/// Reads a logit as a probability, at the prevalence that it was fitted at. It never changes an order: the temperature
/// is above 0. Plain value.
struct Calibrator {
    double temperature = 1; ///< logits per unit, > 0
    double bias = 0;        ///< added after that

    [[nodiscard]] double probability(double logit) const;
    friend bool operator==(const Calibrator&, const Calibrator&) = default;
};

enum class CalibratorShape { Temperature, TemperatureAndBias };

/// The calibrator under which the truth is likeliest (Platt, "Probabilistic Outputs for Support Vector Machines", 1999;
/// without a bias, Guo et al., "On Calibration of Modern Neural Networks", ICML 2017), by Newton's method, from tasks
/// pooled at a stated prevalence. Logits that separate the two perfectly have no likeliest: the fit then ends where
/// nothing is gained, with a finite temperature. Argument error for columns of different length and weights below 0;
/// Model error for numbers that are not finite; Support error when either side weighs nothing, or when logits are no
/// higher for threats than for others.
[[nodiscard]] base::Result<Calibrator> fitCalibrator(const JudgedLogits& judged,
                                                     CalibratorShape shape = CalibratorShape::TemperatureAndBias);

} // namespace flowscent::detect
