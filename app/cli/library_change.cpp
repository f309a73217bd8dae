// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/corpus_tools.h"
#include "app/cli/library_tools.h"

#include "engine/base/who.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace flowscent::cli {

namespace {

using base::Error;

struct AddOptions {
    std::string library;
    std::string file;
    std::string name;
    std::string why;
    std::string author;
};

struct ImportOptions {
    std::string library;
    std::vector<std::string> files;
    std::string name;
};

struct ExportOptions {
    std::string library;
    std::string name;
    std::string output;
};

struct RemoveOptions {
    std::string library;
    std::string name;
    std::uint32_t version = 0;
    bool all = false;
};

struct RenameOptions {
    std::string library;
    std::string name;
    std::string newName;
};

int put(const store::Library& library, store::Bundle bundle)
{
    const std::string name = bundle.name;
    const auto version = library.add(std::move(bundle));
    if (!version)
        return fail(version.error());
    say("added '" + name + "' version " + std::to_string(*version) + " to " + library.folder().string());
    return Good;
}

int run(const AddOptions& options)
{
    auto bundle = store::loadBundle(options.file);
    if (!bundle)
        return fail(bundle.error());
    if (!options.name.empty())
        bundle->name = options.name;
    bundle->provenance.author = authorOr(options.author);
    bundle->provenance.created = base::timeNow();
    bundle->provenance.why = options.why;
    if (!bundle->hasExamples())
        say(options.file + ": came without its examples, so it cannot be made anew for another base model; "
                           "'adapt --save-as' keeps them");
    return put(libraryAt(options.library), std::move(*bundle));
}

int run(const ImportOptions& options)
{
    if (!options.name.empty() && options.files.size() > 1)
        return fail({Error::Code::Argument, "--name goes with one file", {}});
    int code = Good;
    for (const std::string& file : options.files) {
        auto bundle = store::loadBundle(file);
        if (bundle && bundle->provenance.created.empty())
            bundle =
                base::failure(Error::Code::Argument, "is a detector alone: 'library add' takes it with a reason", file);
        if (!bundle) {
            code = fail(bundle.error());
            continue;
        }
        if (!options.name.empty())
            bundle->name = options.name;
        if (put(libraryAt(options.library), std::move(*bundle)) != Good)
            code = Failed;
    }
    return code;
}

int run(const ExportOptions& options)
{
    if (auto writable = checkWritable(options.output); !writable)
        return fail(writable.error());
    const DetectorChoice choice = parseChoice(options.name);
    const auto bundle = libraryAt(options.library).load(choice.name, choice.version);
    if (!bundle)
        return fail(bundle.error());
    if (auto saved = store::saveBundle(*bundle, options.output == "-" ? "/dev/stdout" : options.output); !saved)
        return fail(saved.error());
    say("wrote '" + bundle->name + "' version " + std::to_string(bundle->version) + " to " + options.output);
    return Good;
}

int run(const RemoveOptions& options)
{
    const store::Library library = libraryAt(options.library);
    if (options.all) {
        const auto removed = library.removeAll(options.name);
        if (!removed)
            return fail(removed.error());
        say("removed '" + options.name + "', " + counted(*removed, "version"));
        return Good;
    }
    if (auto removed = library.remove(options.name, options.version); !removed)
        return fail(removed.error());
    say("removed '" + options.name + "' version " + std::to_string(options.version));
    return Good;
}

int run(const RenameOptions& options)
{
    if (auto renamed = libraryAt(options.library).rename(options.name, options.newName); !renamed)
        return fail(renamed.error());
    say("'" + options.name + "' is now '" + options.newName + "'");
    return Good;
}

template <class Options>
void onChosen(CLI::App& command, const Choose& choose, const std::shared_ptr<Options>& options)
{
    addLibraryOption(command, options->library);
    command.callback([choose, options] { choose([options](const std::stop_token&) { return run(*options); }); });
}

} // namespace

void addLibraryAdd(CLI::App& library, const Choose& choose)
{
    auto options = std::make_shared<AddOptions>();
    CLI::App* command = library.add_subcommand("add", "Keep a detector file as the next version of its name");
    command->add_option("DETECTOR", options->file, "A file made by 'adapt'")->type_name("FILE")->required();
    command->add_option("--name", options->name, "What it is called here; its threat's name unless given");
    command->add_option("--why", options->why, "What it is for, for whoever finds it later")->required();
    command->add_option("--author", options->author, "Who made it; the login name unless given");
    onChosen(*command, choose, options);
}

void addLibraryImport(CLI::App& library, const Choose& choose)
{
    auto options = std::make_shared<ImportOptions>();
    CLI::App* command = library.add_subcommand("import", "Take detectors that another library has exported");
    command->add_option("BUNDLE", options->files, "Files made by 'library export'")->type_name("FILE")->required();
    command->add_option("--name", options->name, "What it is called here; its own name unless given");
    onChosen(*command, choose, options);
}

void addLibraryExport(CLI::App& library, const Choose& choose)
{
    auto options = std::make_shared<ExportOptions>();
    CLI::App* command =
        library.add_subcommand("export", "Write a detector with its examples and provenance, for another library. It "
                                         "holds addresses and times of marked flows, and features, but no payload");
    command->add_option("NAME", options->name, "A detector, NAME@2 for one version of it")->required();
    command->add_option("--out", options->output, "The file to write")->type_name("FILE")->required();
    onChosen(*command, choose, options);
}

void addLibraryRemove(CLI::App& library, const Choose& choose)
{
    auto options = std::make_shared<RemoveOptions>();
    CLI::App* command =
        library.add_subcommand("remove", "Remove one version of a detector, whose number is not given again, or all");
    command->add_option("NAME", options->name, "A detector")->required();
    auto* which = command->add_option_group("which");
    which->add_option("--version", options->version, "The version to remove")->check(CLI::Range(1, 999'999));
    which->add_flag("--all", options->all, "The name with all its versions");
    which->require_option(1);
    onChosen(*command, choose, options);
}

void addLibraryRename(CLI::App& library, const Choose& choose)
{
    auto options = std::make_shared<RenameOptions>();
    CLI::App* command = library.add_subcommand("rename", "Call a detector otherwise, with all its versions");
    command->add_option("NAME", options->name, "A detector")->required();
    command->add_option("NEW", options->newName, "A name that is not in the library")->required();
    onChosen(*command, choose, options);
}

} // namespace flowscent::cli
