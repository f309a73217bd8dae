// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "engine/detect/evaluation/hunt.h"

namespace flowscent::cli {

/// `evaluate --protocol hunt`.
struct HuntEvaluation {
    std::string corpus;
    std::string split;
    std::string bankCorpus; ///< whose split train gives the benign bank; empty for `corpus`
    std::string model;      ///< empty for the shipped one
    std::string json;       ///< empty for none
    std::uint32_t minimumPackets = 1;
    detect::HuntSettings settings;
};

/// Plays the hunts, prints the table and writes the JSON. The exit code.
[[nodiscard]] int evaluateHunts(const HuntEvaluation& evaluation, const std::stop_token& stop);

} // namespace flowscent::cli
