// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "app/cli/commands.h"
#include "engine/learn/training/continual.h"

/// What `continue` and `library update-base` share: both teach a base model tasks, one after the other.
namespace flowscent::cli {

/// `--seed`, `--steps` ("Per task"), `--learning-rate`, `--capacity` and `--judgements`. The settings must outlive the
/// program's parsing.
void addContinualOptions(CLI::App& command, learn::ContinualSettings& settings, const std::string& perWhat);

/// Prints what was learned and forgotten.
void printLearned(const learn::ContinualOutcome& outcome);

/// Writes the model and then its memory, and says so; `whatNext` ends the sentence.
[[nodiscard]] base::Result<void> saveTaught(const learn::ContinualOutcome& outcome, const std::string& model,
                                            const std::string& memory, const std::string& whatNext);

} // namespace flowscent::cli
