// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "engine/base/error.h"
#include "engine/learn/evaluation/class_tally.h"

namespace flowscent::cli {

using Json = nlohmann::ordered_json;

struct Evaluation;

/// What a protocol found out.
struct EvaluationReport {
    std::string table;            ///< for a person: what was asked, how often, of how many, and the figures
    std::uint32_t draws = 0;      ///< hunts or episodes of one kind
    Json more = Json::object();   ///< members of the report that only this protocol has; before the results
    Json results = Json::array(); ///< one object for each method and circumstance
};

/// {"mean": m, "ci": [low, high]}
[[nodiscard]] Json interval(const learn::ClassInterval& interval);

/// printf into a string; what would be longer than 400 characters is cut.
[[nodiscard]] std::string formatted(const char* format, ...) __attribute__((format(printf, 1, 2)));

/// Prints the table and writes the report to --json, where that is given. The report begins alike for every protocol:
/// protocol, corpus, corpus_sha256, split, model, model_sha256, seed, draws, min_packets, benign_flows; then come the
/// protocol's own members, and results.
[[nodiscard]] base::Result<void> publish(const EvaluationReport& report, const Evaluation& evaluation);

} // namespace flowscent::cli
