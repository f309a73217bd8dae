// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/continual_tools.h"
#include "app/cli/corpus_tools.h"
#include "app/cli/library_tools.h"

#include "engine/store/library/library_tasks.h"
#include "engine/store/library/readapt.h"
#include "engine/store/memory_file.h"
#include "engine/store/model_file.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <iostream>
#include <set>
#include <span>

namespace flowscent::cli {

namespace {

using base::Error;

struct UpdateOptions {
    std::string library;
    std::vector<std::string> names;
    std::string model;
    std::string memory;
    std::string output;
    std::string memoryOutput;
    bool dryRun = false;
    learn::ContinualSettings settings;
};

/// An update makes new files and touches none that is there.
base::Result<void> checkNew(const std::string& file)
{
    std::error_code unknown;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, unknown)))
        return base::failure(Error::Code::Argument, "is there already, and nothing is written over", file);
    return checkWritable(file);
}

base::Result<std::optional<learn::ContinualMemory>> memoryOf(const UpdateOptions& options)
{
    if (options.memory.empty())
        return std::optional<learn::ContinualMemory>();
    auto memory = store::loadMemory(options.memory);
    if (!memory)
        return base::failure(memory.error());
    return std::optional(std::move(*memory));
}

/// Tasks that the memory has learned already would be learned twice, and judged by flows known by heart.
void leaveOutKnown(store::LibraryTasks& tasks, const std::optional<learn::ContinualMemory>& memory)
{
    if (!memory)
        return;
    std::set<std::string> known;
    for (const learn::PastTask& task : memory->tasks)
        known.insert(task.name);
    std::erase_if(tasks.tasks, [&](const learn::ContinualTask& task) {
        if (known.contains(task.name))
            tasks.leftOut.push_back("'" + task.name + "' has been learned before, as the memory says");
        return known.contains(task.name);
    });
}

void printPlan(const UpdateOptions& options, const learn::BaseModel& model, const store::LibraryTasks& tasks,
               const std::optional<learn::ContinualMemory>& memory)
{
    std::cout << "base model " << model.identity().substr(0, 16) << " is taught "
              << counted(tasks.tasks.size(), "detector") << ", one after the other, " << options.settings.stepsPerTask
              << " steps each";
    if (memory)
        std::cout << ", rehearsing " << counted(memory->tasks.size(), "earlier task") << " from "
                  << counted(memory->exemplars.size(), "kept flow");
    std::cout << ":\n";
    for (const learn::ContinualTask& task : tasks.tasks) {
        const auto threats = std::ranges::count(task.flows.classOf, std::uint16_t{0});
        std::cout << "  " << task.name << ": " << counted(static_cast<std::uint64_t>(threats), "example") << ", "
                  << counted(task.flows.size() - static_cast<std::uint64_t>(threats), "other flow") << '\n';
    }
    for (const std::string& sentence : tasks.leftOut)
        std::cout << "  left out: " << sentence << '\n';
    std::cout << "writes " << options.output << " and " << options.memoryOutput
              << "; the base model and the library's detectors stay as they are\n";
}

/// Task by task, so that one that cannot be learned (its flows are those by which an earlier one is judged, say) is
/// left out by itself. When stopped, what the tasks before gave; Cancelled without any.
base::Result<learn::ContinualOutcome> learnAll(const learn::BaseModel& model,
                                               std::optional<learn::ContinualMemory> memory,
                                               const std::vector<learn::ContinualTask>& tasks,
                                               const learn::ContinualSettings& settings, const std::stop_token& stop)
{
    const auto engine = learn::backend();
    if (!engine)
        return base::failure(engine.error());
    say("settings " + learn::toJson(settings));
    const auto told = [](const learn::LearnedTask& task) {
        for (const std::string& line : learn::logLines(task))
            say(line);
    };
    std::optional<learn::ContinualOutcome> outcome;
    for (const learn::ContinualTask& task : tasks) {
        const learn::ContinualMemory* before = outcome ? &outcome->memory : memory ? &*memory : nullptr;
        auto next = (*engine)->continueTraining(outcome ? outcome->model : model, before, std::span(&task, 1), settings,
                                                told, progressLine(), stop);
        if (next) {
            outcome = std::move(*next);
            continue;
        }
        if (next.error().code == Error::Code::Cancelled && outcome) {
            say("stopped early; the tasks that were finished are kept");
            break;
        }
        if (next.error().code != Error::Code::Support)
            return base::failure(next.error());
        say(next.error().sentence() + "; it is left out");
    }
    if (!outcome)
        return base::failure(Error::Code::Support, "no detector of the library could be learned");
    return std::move(*outcome);
}

/// What the new base model does to every detector of the library: shown, not done.
int showReadapting(const std::vector<store::Bundle>& bundles, const learn::BaseModel& model,
                   const std::stop_token& stop)
{
    const auto updated = baseInUse(std::make_shared<const learn::BaseModel>(model));
    if (!updated)
        return fail(updated.error());
    std::cout << "\nbefore and after on the stored examples, should the detectors be made anew with 'library "
                 "readapt':\n";
    for (const store::Bundle& bundle : bundles) {
        if (!bundle.hasExamples())
            continue;
        const auto own = baseInUse(bundle.detector.base);
        if (!own)
            return fail(own.error());
        const auto made = store::readapted(bundle, *own, *updated, stop);
        if (!made)
            return fail(made.error());
        for (const std::string& line : store::reportLines(made->report))
            std::cout << line << '\n';
    }
    return Good;
}

int run(UpdateOptions options, const std::stop_token& stop)
{
    if (auto sound = learn::check(options.settings); !sound)
        return fail(sound.error());
    if (options.memoryOutput.empty())
        options.memoryOutput = options.output + ".memory";
    for (const std::string& file : {options.output, options.memoryOutput}) {
        if (auto fresh = checkNew(file); !fresh)
            return fail(fresh.error());
    }
    const auto bundles = chosenBundles(libraryAt(options.library), options.names);
    if (!bundles)
        return fail(bundles.error());
    const auto model = baseModel(options.model);
    if (!model)
        return fail(model.error());
    const auto memory = memoryOf(options);
    if (!memory)
        return fail(memory.error());
    auto tasks = store::tasksOf(*bundles);
    leaveOutKnown(tasks, *memory);
    printPlan(options, **model, tasks, *memory);
    std::cout << std::flush;
    if (tasks.tasks.empty())
        return fail(
            {Error::Code::Support, "no detector of the library has enough examples to teach the base model", {}});
    if (options.dryRun) {
        say("nothing was written");
        return Good;
    }
    const auto outcome = learnAll(**model, std::move(*memory), tasks.tasks, options.settings, stop);
    if (!outcome)
        return fail(outcome.error());
    std::cout << '\n';
    printLearned(*outcome);
    if (const int code = showReadapting(*bundles, outcome->model, stop); code != Good)
        return code;
    for (const std::string& file : {options.output, options.memoryOutput}) { // hours may have passed
        if (auto fresh = checkNew(file); !fresh)
            return fail(fresh.error());
    }
    if (auto saved = saveTaught(*outcome, options.output, options.memoryOutput,
                                "; 'library list --model' and 'library readapt --model' go on from here");
        !saved)
        return fail(saved.error());
    return Good;
}

} // namespace

void addLibraryUpdateBase(CLI::App& library, const Choose& choose)
{
    auto options = std::make_shared<UpdateOptions>();
    CLI::App* command = library.add_subcommand(
        "update-base", "Teach a base model what the library's detectors know, rehearsing earlier tasks, and write the "
                       "result beside it: neither the model nor a detector is changed");
    addLibraryOption(*command, options->library);
    command->add_option("NAME", options->names, "Detectors; the newest version of all unless given");
    command->add_option("--model", options->model, "Base model; the shipped one unless given")->type_name("FILE");
    command->add_option("--memory", options->memory, "What an earlier update kept of its tasks")->type_name("FILE");
    command->add_option("--out", options->output, "The model file to write; must not be there")
        ->type_name("FILE")
        ->required();
    command
        ->add_option("--memory-out", options->memoryOutput, "The memory file to write; --out with .memory unless given")
        ->type_name("FILE");
    command->add_flag("--dry-run", options->dryRun, "Say what would be done, and end");
    addContinualOptions(*command, options->settings, "Per detector");
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
