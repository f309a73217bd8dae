// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/cli/evaluation.h"
#include "engine/detect/evaluation/hunt_contestants.h"

namespace flowscent::cli {

/// What the opponents' benign bank and zero_shot learn from: distinct flows of the training split of --bank-corpus, or
/// of --corpus. Nothing, and a word about it, where the corpus itself has no such flows or they would be those that are
/// hunted in; a corpus that was named must have them.
[[nodiscard]] base::Result<std::optional<learn::Dataset>> trainingFlows(const EvaluateOptions& options,
                                                                        const std::stop_token& stop);

/// Those of --method, or of `unlessGiven` (none stand for all), made for hunts in `data`; with those that they build
/// on.
[[nodiscard]] base::Result<std::vector<detect::HuntContestant>>
huntContestants(const Evaluation& evaluation, const learn::Dataset& data, const std::vector<std::string>& unlessGiven);

} // namespace flowscent::cli
