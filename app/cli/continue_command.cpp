// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/console.h"
#include "app/cli/continual_tools.h"

#include "engine/learn/backend.h"
#include "engine/learn/training/continual.h"
#include "engine/store/corpus.h"
#include "engine/store/memory_file.h"
#include "engine/store/model_file.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <optional>
#include <sstream>

namespace flowscent::cli {

namespace {

struct ContinueOptions {
    std::string model;
    std::string memory;
    std::string corpus;
    std::string split = "train";
    std::vector<std::string> tasks; ///< "NAME=class,class"
    std::uint32_t perTask = 5;
    std::uint32_t fewest = 12;
    std::uint32_t most = 0;
    std::uint64_t order = 1;
    std::string output;
    std::string memoryOutput;
    learn::ContinualSettings settings;
};

base::Result<learn::ContinualTask> taskFrom(const std::string& text, const learn::Dataset& dataset)
{
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        return base::failure(base::Error::Code::Argument, "a task is written NAME=class,class", text);
    std::vector<std::string> classes;
    std::istringstream names(text.substr(equals + 1));
    for (std::string name; std::getline(names, name, ',');)
        classes.push_back(name);
    return learn::taskOf(dataset, text.substr(0, equals), classes);
}

base::Result<std::vector<learn::ContinualTask>> tasksOf(const ContinueOptions& options, const learn::Dataset& dataset)
{
    std::vector<learn::ContinualTask> tasks;
    for (const std::string& text : options.tasks) {
        auto task = taskFrom(text, dataset);
        if (!task)
            return base::failure(task.error());
        tasks.push_back(std::move(*task));
    }
    if (options.tasks.empty()) {
        base::Rng rng(options.order);
        tasks = learn::groupedTasks(dataset, options.perTask, options.fewest, options.most, rng);
        if (tasks.empty())
            return base::failure(base::Error::Code::Argument,
                                 "the split has too few classes of " + std::to_string(options.fewest) +
                                     " distinct flows to group them by " + std::to_string(options.perTask));
    }
    for (const learn::ContinualTask& task : tasks) {
        std::string names;
        for (const std::string& name : task.flows.classNames)
            names += (names.empty() ? "" : ", ") + name;
        say(task.name + ": " + names);
    }
    return tasks;
}

int run(const ContinueOptions& options, const std::stop_token& stop)
{
    if (auto sound = learn::check(options.settings); !sound)
        return fail(sound.error());
    const std::string& memoryOutput = options.memoryOutput.empty() ? options.memory : options.memoryOutput;
    if (memoryOutput.empty())
        return fail({base::Error::Code::Argument, "--memory or --memory-out must say where to keep the memory", {}});
    for (const std::string& file : {options.output, memoryOutput}) {
        if (auto writable = checkWritable(file); !writable)
            return fail(writable.error());
    }
    const auto model =
        store::loadModel(options.model.empty() ? store::shippedModel() : std::filesystem::path(options.model));
    if (!model)
        return fail(model.error());
    std::optional<learn::ContinualMemory> memory;
    std::error_code ignored;
    if (!options.memory.empty() && !std::filesystem::exists(options.memory, ignored)) {
        say(options.memory + " is not there yet: a new memory begins");
    } else if (!options.memory.empty()) {
        auto loaded = store::loadMemory(options.memory);
        if (!loaded)
            return fail(loaded.error());
        memory = std::move(*loaded);
    }
    const auto corpus = store::readCorpus(options.corpus, options.split, progressLine(), stop);
    if (!corpus)
        return fail(corpus.error());
    for (const std::string& remark : corpus->remarks)
        say(remark);
    const auto tasks = tasksOf(options, corpus->dataset);
    if (!tasks)
        return fail(tasks.error());
    const auto engine = learn::backend();
    if (!engine)
        return fail(engine.error());
    say("settings " + learn::toJson(options.settings));

    const auto outcome = (*engine)->continueTraining(
        *model, memory ? &*memory : nullptr, *tasks, options.settings,
        [](const learn::LearnedTask& task) {
            for (const std::string& line : learn::logLines(task))
                say(line);
        },
        progressLine(), stop);
    if (!outcome)
        return fail(outcome.error());
    if (outcome->learned.size() < tasks->size())
        say("stopped early; the tasks that were finished are kept");
    printLearned(*outcome);
    if (auto saved = saveTaught(*outcome, options.output, memoryOutput, ""); !saved)
        return fail(saved.error());
    return Good;
}

} // namespace

void addContinueCommand(CLI::App& program, const Choose& choose)
{
    auto options = std::make_shared<ContinueOptions>();
    learn::ContinualSettings& settings = options->settings;
    CLI::App* command = program.add_subcommand(
        "continue", "Teach a base model new tasks from labelled flows without forgetting those before");
    command->add_option("--model", options->model, "Base model; the shipped one unless given")->type_name("FILE");
    command->add_option("--memory", options->memory, "What is kept of the tasks before; a new one when it is not there")
        ->type_name("FILE");
    command->add_option("--corpus", options->corpus, "Folder with a manifest.csv")->type_name("DIR")->required();
    command->add_option("--split", options->split, "Whose labelled flows are learned")
        ->check(CLI::IsMember({"train", "val", "test"}))
        ->capture_default_str();
    command
        ->add_option("--task", options->tasks,
                     "A task and its classes; again for the next. Without, classes are grouped by chance")
        ->type_name("NAME=CLASS,CLASS...");
    command->add_option("--classes-per-task", options->perTask, "Of a group")
        ->check(CLI::Range(2, 256))
        ->capture_default_str();
    command->add_option("--fewest", options->fewest, "Distinct flows of a class that is grouped")
        ->check(CLI::Range(4, 100'000))
        ->capture_default_str();
    command->add_option("--most-tasks", options->most, "Groups at most; 0 for all")->capture_default_str();
    command->add_option("--order", options->order, "Decides the groups and their order")->capture_default_str();
    command->add_option("--out", options->output, "The model file to write")->type_name("FILE")->required();
    command
        ->add_option("--memory-out", options->memoryOutput, "The memory file to write; that of --memory unless given")
        ->type_name("FILE");
    addContinualOptions(*command, settings, "Per task");
    command->add_option("--ways", settings.ways, "Classes in a training episode, at most")
        ->check(CLI::Range(2, 64))
        ->capture_default_str();
    command->add_option("--replay-batch", settings.replayBatch, "Flows drawn for each of the two replay terms")
        ->check(CLI::Range(1, 4096))
        ->capture_default_str();
    command->add_option("--alpha", settings.alpha, "Weight of the squared distance to stored logits")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    command->add_option("--beta", settings.beta, "Weight of the replayed flows' cross-entropy")
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
