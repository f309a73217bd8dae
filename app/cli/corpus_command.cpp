// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/corpus_tools.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace flowscent::cli {

std::string counted(std::uint64_t count, const std::string& one, const std::string& many)
{
    return std::to_string(count) + " " + (count == 1 ? one : many.empty() ? one + "s" : many);
}

void printProblems(const store::Problems& problems)
{
    for (const store::ProblemKind kind : store::allProblemKinds) {
        const auto& sentences = problems.sentences(kind);
        for (const std::string& sentence : sentences)
            std::cout << sentence << '\n';
        if (problems.count(kind) > sentences.size())
            std::cout << counted(problems.count(kind) - sentences.size(), "further problem") << " of "
                      << store::text(kind) << '\n';
    }
}

void addCorpusCommand(CLI::App& program, const Choose& choose)
{
    CLI::App* corpus = program.add_subcommand("corpus", "Check, join and describe labelled corpora");
    corpus->require_subcommand(1);
    addCorpusCheck(*corpus, choose);
    addCorpusMerge(*corpus, choose);
}

} // namespace flowscent::cli
