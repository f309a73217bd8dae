// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <stop_token>

namespace CLI {
class App;
}

/// Every command adds itself to the program and says what to run when it is chosen; the number returned is the exit
/// code.
namespace flowscent::cli {

using Run = std::function<int(const std::stop_token&)>;
using Choose = std::function<void(Run)>;

void addFlowsCommand(CLI::App& program, const Choose& choose);
void addExportCommand(CLI::App& program, const Choose& choose);
void addExportModelCommand(CLI::App& program, const Choose& choose);
void addTrainCommand(CLI::App& program, const Choose& choose);
void addContinueCommand(CLI::App& program, const Choose& choose);
void addAdaptCommand(CLI::App& program, const Choose& choose);
void addScoreCommand(CLI::App& program, const Choose& choose);
void addDetectCommand(CLI::App& program, const Choose& choose);
void addEvaluateCommand(CLI::App& program, const Choose& choose);
void addCorpusCommand(CLI::App& program, const Choose& choose);
void addLibraryCommand(CLI::App& program, const Choose& choose);

} // namespace flowscent::cli
