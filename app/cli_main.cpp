// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/library_tools.h"

#include <CLI/CLI.hpp>

#include <csignal>
#include <exception>

using namespace flowscent;

int main(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN); // `flowscent-cli flows x | head` ends with a failed write, not with a kill

    CLI::App program{"Flowscent: few-shot network threat hunting from the command line"};
    program.set_version_flag("--version", "flowscent-cli " FLOWSCENT_VERSION);
    program.require_subcommand(1);
    program.footer("Exit codes: 0 good, 1 failed, 2 usage, 3 finished with a damaged input whose good part was used.");

    cli::Run chosen;
    const cli::Choose choose = [&chosen](cli::Run run) { chosen = std::move(run); };
    cli::addFlowsCommand(program, choose);
    cli::addExportCommand(program, choose);
    cli::addExportModelCommand(program, choose);
    cli::addTrainCommand(program, choose);
    cli::addContinueCommand(program, choose);
    cli::addAdaptCommand(program, choose);
    cli::addScoreCommand(program, choose);
    cli::addDetectCommand(program, choose);
    cli::addEvaluateCommand(program, choose);
    cli::addCorpusCommand(program, choose);
    cli::addLibraryCommand(program, choose);

    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? cli::Good : cli::Usage;
    }
    try {
        return chosen(cli::stopOnSignal());
    } catch (const std::exception& error) { // memory, mostly: what inputs can cause comes as a Result
        cli::say(std::string("gave up: ") + error.what());
        return cli::Failed;
    }
}
