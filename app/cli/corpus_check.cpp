// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/corpus_tools.h"

#include "engine/store/corpus_check.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace flowscent::cli {

namespace {

struct CheckOptions {
    std::string folder;
    bool allowLinks = false;
    store::CheckSettings settings;
};

int run(CheckOptions options, const std::stop_token& stop)
{
    if (options.allowLinks)
        options.settings.links = store::Links::Anywhere;
    const auto check = store::checkCorpus(options.folder, options.settings, progressLine(), stop);
    if (!check)
        return fail(check.error());
    printProblems(check->problems);
    std::cout << counted(check->captures, "capture") << ", " << counted(check->flows, "flow") << ", "
              << counted(check->labels, "label") << ": " << check->unlabelledFlows << " unlabelled flows, "
              << check->labelsWithoutFlow << " labels without a flow, " << check->doubleLabels << " double labels";
    if (check->captureLabelled > 0)
        std::cout << "; " << counted(check->captureLabelled, "capture") << " without a label file";
    std::cout << "; " << (check->problems.count() == 0 ? "no problem" : counted(check->problems.count(), "problem"))
              << " found\n";
    return check->problems.count() == 0 ? Good : Failed;
}

} // namespace

void addCorpusCheck(CLI::App& corpus, const Choose& choose)
{
    auto options = std::make_shared<CheckOptions>();
    CLI::App* command =
        corpus.add_subcommand("check", "Find what is wrong with a corpus: exit code 1 when anything is");
    command->add_option("folder", options->folder, "Folder with a manifest.csv")->type_name("DIR")->required();
    command->add_option("--name", options->settings.named, "How many problems of a kind are put into words")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    command->add_flag("--allow-links", options->allowLinks, "Symbolic links may lead out of the folder");
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
