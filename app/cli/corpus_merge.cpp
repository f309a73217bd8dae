// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/corpus_tools.h"

#include "engine/store/corpus_merge.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace flowscent::cli {

namespace {

struct MergeOptions {
    std::vector<std::string> inputs;
    std::string out;
    std::string link;
    std::vector<std::string> onlySplits;
    std::vector<std::string> splitMap; ///< "test=val"
    bool allowShared = false;
};

base::Result<store::MergeSettings> settingsOf(const MergeOptions& options)
{
    store::MergeSettings settings{.out = options.out,
                                  .inputs = {options.inputs.begin(), options.inputs.end()},
                                  .onlySplits = {options.onlySplits.begin(), options.onlySplits.end()},
                                  .allowSharedCaptures = options.allowShared};
    if (!options.link.empty())
        settings.transfer = options.link == "hard" ? store::Transfer::HardLink : store::Transfer::SymbolicLink;
    for (const std::string& mapping : options.splitMap) {
        const std::size_t equals = mapping.find('=');
        if (equals == std::string::npos)
            return base::failure(base::Error::Code::Argument,
                                 "--split-map wants OLD=NEW, for example test=val, and got '" + mapping + "'");
        settings.splitNames[mapping.substr(0, equals)] = mapping.substr(equals + 1);
    }
    return settings;
}

int run(const MergeOptions& options, const std::stop_token& stop)
{
    const auto settings = settingsOf(options);
    if (!settings) {
        say(settings.error().sentence());
        return Usage;
    }
    const auto merged = store::mergeCorpora(*settings, progressLine(), stop);
    if (!merged)
        return fail(merged.error());
    for (std::size_t i = 0; i < options.inputs.size(); ++i)
        std::cout << options.inputs[i] << " lies in " << options.out << "/" << merged->folders[i] << '\n';
    std::cout << counted(merged->captures, "capture") << " and " << counted(merged->labelFiles, "label file")
              << " merged\n";
    for (const std::string& remark : merged->remarks)
        say(remark);
    if (merged->problems.count() > 0) {
        say("the merged corpus has " + counted(merged->problems.count(), "problem") + " (see corpus check):");
        printProblems(merged->problems);
    }
    return Good;
}

} // namespace

void addCorpusMerge(CLI::App& corpus, const Choose& choose)
{
    auto options = std::make_shared<MergeOptions>();
    CLI::App* command = corpus.add_subcommand("merge", "Join corpora into a new one; the inputs stay as they are");
    command->add_option("corpora", options->inputs, "Folders, each with a manifest.csv")->type_name("DIR")->required();
    command->add_option("--out", options->out, "Folder to make; it must not exist, or be empty")
        ->type_name("DIR")
        ->required();
    command
        ->add_option("--link", options->link,
                     "Link captures instead of copying them: hard (same file system) or symbolic")
        ->check(CLI::IsMember({"hard", "symbolic"}));
    command->add_option("--only-splits", options->onlySplits, "Take these splits of the inputs only")
        ->delimiter(',')
        ->allow_extra_args(false) // or it would swallow the corpora that follow
        ->type_name("SPLIT");
    command->add_option("--split-map", options->splitMap, "What a split is called in the result, for example test=val")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("OLD=NEW");
    command->add_flag("--allow-shared", options->allowShared,
                      "Say where two splits have the same capture, instead of refusing");
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
