// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "engine/store/corpus_problems.h"

/// What `corpus` offers: each adds itself below the command.
namespace flowscent::cli {

void addCorpusCheck(CLI::App& corpus, const Choose& choose);
void addCorpusMerge(CLI::App& corpus, const Choose& choose);

/// Every problem in a line of its own on standard output, and how many more there are.
void printProblems(const store::Problems& problems);
/// "1 capture", "3 captures"
[[nodiscard]] std::string counted(std::uint64_t count, const std::string& one, const std::string& many = {});

} // namespace flowscent::cli
