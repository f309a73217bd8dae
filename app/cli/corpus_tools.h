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
void addCorpusDedup(CLI::App& corpus, const Choose& choose);
void addCorpusSummary(CLI::App& corpus, const Choose& choose);
void addCorpusConfounding(CLI::App& corpus, const Choose& choose);

/// Every problem in a line of its own on standard output, and how many more there are.
void printProblems(const store::Problems& problems);
/// "1 capture", "3 captures"
[[nodiscard]] std::string counted(std::uint64_t count, const std::string& one, const std::string& many = {});

/// The text with blanks behind, or before it, up to that width.
[[nodiscard]] std::string left(const std::string& text, std::size_t width);
[[nodiscard]] std::string right(const std::string& text, std::size_t width);
/// "93.7 %" of 0.937
[[nodiscard]] std::string percent(double share);
/// "0.937"
[[nodiscard]] std::string thousandths(double value);

} // namespace flowscent::cli
