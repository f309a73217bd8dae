// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "engine/detect/evaluation/calibration_play.h"

namespace flowscent::cli {

/// `evaluate --protocol calibration`.
struct CalibrationEvaluation {
    std::string corpus;
    std::string split;
    std::string
        bankCorpus;    ///< whose split train gives the tasks that probabilities are learned from; empty for `corpus`
    std::string model; ///< empty for the shipped one
    std::string json;  ///< empty for none
    std::uint32_t minimumPackets = 1;
    detect::CalibrationSettings settings;
};

/// Judges the shipped detector's false-alarm promises and probabilities, prints the table and writes the JSON. The exit
/// code.
[[nodiscard]] int evaluateCalibration(const CalibrationEvaluation& evaluation, const std::stop_token& stop);

} // namespace flowscent::cli
