// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/evaluation_report.h"
#include "app/cli/judged_model.h"

namespace flowscent::cli {

/// What a person asks of `evaluate`. Every protocol looks at what concerns it; numbers left at their defaults here are
/// the protocol's own where it says so.
struct EvaluateOptions {
    std::string protocol = "nway";
    std::string corpus;
    std::string split = "val";
    std::string model; ///< empty for the shipped one
    std::string json;  ///< empty for none
    std::uint64_t seed = 7;
    std::uint32_t minimumPackets = 1;
    std::vector<std::uint32_t> shots;    ///< empty for the protocol's own
    std::vector<std::string> methods;    ///< of hunts; empty for the protocol's own
    std::uint32_t draws = 10;            ///< hunts per class and shape
    std::string bankCorpus;              ///< whose split train gives opponents' benign bank; empty for `corpus`
    std::uint32_t ways = 5;              ///< of episodes
    std::uint32_t queries = 5;           ///< per class
    std::uint32_t episodes = 400;        ///< per regime and number of shots
    std::string mix = "balanced";        ///< or "dirichlet"
    std::vector<std::string> alsoModels; ///< further models of episodes, each by its own method
    std::string episodesOut;             ///< folder
    std::string episodesIn;
    std::optional<double> leastBaselineAlarms; ///< of calibration; its own unless given
};

/// What a protocol is run with. Only for the length of the call.
struct Evaluation {
    const EvaluateOptions& options;
    const JudgedModel& judged;  ///< with the corpus as it was read
    const learn::Dataset& data; ///< what is judged on: distinct flows of enough packets
    std::stop_token stop;
};

/// One way to judge a model; `run` computes and formats, and neither prints results nor writes files.
struct Protocol {
    std::string_view name;
    std::string_view help; ///< half a sentence
    base::Result<EvaluationReport> (*run)(const Evaluation&);
};

[[nodiscard]] base::Result<EvaluationReport> evaluateNway(const Evaluation& evaluation);
[[nodiscard]] base::Result<EvaluationReport> evaluateHunts(const Evaluation& evaluation);
[[nodiscard]] base::Result<EvaluationReport> evaluateOpenSet(const Evaluation& evaluation);
[[nodiscard]] base::Result<EvaluationReport> evaluateLabelNoise(const Evaluation& evaluation);
[[nodiscard]] base::Result<EvaluationReport> evaluateEvasion(const Evaluation& evaluation);
[[nodiscard]] base::Result<EvaluationReport> evaluateCalibration(const Evaluation& evaluation);
[[nodiscard]] base::Result<EvaluationReport> evaluateEvidence(const Evaluation& evaluation);

} // namespace flowscent::cli
