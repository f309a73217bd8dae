// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/corpus_tools.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>

namespace flowscent::cli {

std::string counted(std::uint64_t count, const std::string& one, const std::string& many)
{
    return std::to_string(count) + " " + (count == 1 ? one : many.empty() ? one + "s" : many);
}

std::string left(const std::string& text, std::size_t width)
{
    return text + std::string(width - std::min(width, text.size()), ' ');
}

std::string right(const std::string& text, std::size_t width)
{
    return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string percent(double share)
{
    char text[40];
    std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
    return text;
}

std::string thousandths(double value)
{
    char text[40];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
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
    addCorpusDedup(*corpus, choose);
    addCorpusSummary(*corpus, choose);
    addCorpusConfounding(*corpus, choose);
}

} // namespace flowscent::cli
