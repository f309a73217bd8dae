// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/continual_tools.h"

#include "app/cli/console.h"

#include "engine/store/memory_file.h"
#include "engine/store/model_file.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace flowscent::cli {

void addContinualOptions(CLI::App& command, learn::ContinualSettings& settings, const std::string& perWhat)
{
    command.add_option("--seed", settings.seed, "Decides every random draw")->capture_default_str();
    command.add_option("--steps", settings.stepsPerTask, perWhat)
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command.add_option("--learning-rate", settings.learningRate, "Largest rate, after the warm-up")
        ->check(CLI::Range(1e-7, 10.0))
        ->capture_default_str();
    command.add_option("--capacity", settings.capacity, "Flows that a new memory keeps for replay; 0 for none")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    command.add_option("--judgements", settings.judgements, "Episodes by which each task is judged")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
}

void printLearned(const learn::ContinualOutcome& outcome)
{
    for (const std::string& line : learn::reportLines(outcome))
        std::cout << line << '\n';
}

base::Result<void> saveTaught(const learn::ContinualOutcome& outcome, const std::string& model,
                              const std::string& memory, const std::string& whatNext)
{
    // The model first: until the second file is there, the old pair still goes together.
    if (auto saved = store::saveModel(outcome.model, model); !saved)
        return saved;
    if (auto saved = store::saveMemory(outcome.memory, memory); !saved)
        return saved;
    say("wrote " + model + ", model " + outcome.model.identity().substr(0, 16) + ", and " + memory + whatNext);
    return {};
}

} // namespace flowscent::cli
