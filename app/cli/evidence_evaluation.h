// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "engine/detect/evaluation/deletion.h"

namespace flowscent::cli {

/// `evaluate --protocol evidence`.
struct EvidenceEvaluation {
    std::string corpus;
    std::string split;
    std::string model; ///< empty for the shipped one
    std::string json;  ///< empty for none
    std::uint32_t minimumPackets = 1;
    detect::DeletionSettings settings;
};

/// Explains alarms of hunts, prints how far explanations can be trusted and writes the JSON. The exit code.
[[nodiscard]] int evaluateEvidence(const EvidenceEvaluation& evaluation, const std::stop_token& stop);

} // namespace flowscent::cli
