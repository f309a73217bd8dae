// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <ostream>
#include <stop_token>
#include <string>

#include "engine/base/error.h"
#include "engine/base/progress.h"
#include "engine/flow/read_flows.h"

/// What all commands share: exit codes, messages, output files, interruption. Messages go to standard error, data to
/// standard output or a file that is replaced as a whole.
namespace flowscent::cli {

enum ExitCode : int { Good = 0, Failed = 1, Usage = 2, DamagedInput = 3 };

void say(const std::string& message);
/// Prints the error's sentence and gives Failed.
int fail(const base::Error& error);

/// Progress on standard error when it is a terminal; otherwise a sink that does nothing.
[[nodiscard]] base::ProgressSink progressLine();

/// Stops on SIGINT and SIGTERM. Call once, early: the signals are then taken by a thread of their own.
[[nodiscard]] std::stop_token stopOnSignal();

/// Runs `write` on the file (atomically) or on standard output when `file` is empty or "-".
[[nodiscard]] base::Result<void> writeOutput(const std::string& file,
                                             const std::function<base::Result<void>(std::ostream&)>& write);

/// Whether a result could be written there, asked before minutes of work are spent on it.
[[nodiscard]] base::Result<void> checkWritable(const std::string& file);

/// For rows that people look at: flows are identified too, unless they said --no-dpi.
[[nodiscard]] flow::AssemblerSettings rowSettings(bool withoutIdentities);

/// Reads captures and logs of flows and says on standard error what was damaged, skipped or stopped; `code` becomes
/// DamagedInput when the good part of a damaged input is used.
[[nodiscard]] base::Result<flow::ReadOutcome> readCaptures(const std::vector<std::string>& captures,
                                                           const flow::AssemblerSettings& settings,
                                                           const std::stop_token& stop, int& code);

} // namespace flowscent::cli
