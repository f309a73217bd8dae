// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/library_tools.h"

#include "engine/base/who.h"
#include "engine/store/library/readapt.h"

#include <CLI/CLI.hpp>

#include <iostream>

namespace flowscent::cli {

namespace {

struct ReadaptOptions {
    std::string library;
    std::vector<std::string> names;
    std::string model;
    std::string why = "re-adapted to another base model";
    std::string author;
    bool all = false;
    bool dryRun = false;
};

/// Makes one detector anew and, unless it is a trial, keeps it as the next version.
base::Result<void> readaptOne(const ReadaptOptions& options, const store::Bundle& bundle, const store::BaseInUse& inUse,
                              const std::stop_token& stop)
{
    const std::string which = "'" + bundle.name + "' version " + std::to_string(bundle.version);
    if (bundle.detector.base->identity() == inUse.identity()) {
        say(which + " is of this base model already");
        return {};
    }
    const auto own = baseInUse(bundle.detector.base);
    if (!own)
        return base::failure(own.error());
    auto made = store::readapted(bundle, *own, inUse, stop);
    if (!made)
        return base::failure(made.error());
    for (const std::string& line : store::reportLines(made->report))
        std::cout << line << '\n';
    if (options.dryRun)
        return {};
    store::Provenance& provenance = made->bundle.provenance;
    provenance.author = authorOr(options.author);
    provenance.created = base::timeNow();
    provenance.why = options.why;
    provenance.from = "version " + std::to_string(bundle.version) + ", base model " + own->identity();
    const auto version = libraryAt(options.library).add(std::move(made->bundle));
    if (!version)
        return base::failure(version.error());
    say(which + " stays; added version " + std::to_string(*version));
    return {};
}

int run(const ReadaptOptions& options, const std::stop_token& stop)
{
    if (options.all != options.names.empty()) {
        say("readapt: name the detectors, or give --all");
        return Usage;
    }
    const auto bundles = chosenBundles(libraryAt(options.library), options.names);
    if (!bundles)
        return fail(bundles.error());
    const auto model = baseModel(options.model);
    if (!model)
        return fail(model.error());
    const auto inUse = baseInUse(*model);
    if (!inUse)
        return fail(inUse.error());
    int code = Good;
    for (const store::Bundle& bundle : *bundles) {
        const auto done = readaptOne(options, bundle, *inUse, stop);
        if (!done && done.error().code == base::Error::Code::Cancelled)
            return fail(done.error());
        if (!done)
            code = fail(done.error());
    }
    if (options.dryRun)
        say("nothing was written");
    return code;
}

} // namespace

void addLibraryReadapt(CLI::App& library, const Choose& choose)
{
    auto options = std::make_shared<ReadaptOptions>();
    CLI::App* command = library.add_subcommand(
        "readapt", "Make detectors anew for another base model from their stored examples, as new versions, and show "
                   "how those examples score before and after");
    addLibraryOption(*command, options->library);
    command->add_option("NAME", options->names, "Detectors, NAME@2 for a version that is not the newest");
    command->add_flag("--all", options->all, "The newest version of every detector");
    command->add_option("--model", options->model, "The base model; the shipped one unless given")->type_name("FILE");
    command->add_option("--why", options->why, "For the new versions' provenance")->capture_default_str();
    command->add_option("--author", options->author, "Who asks; the login name unless given");
    command->add_flag("--dry-run", options->dryRun, "Show before and after, write nothing");
    command->callback(
        [choose, options] { choose([options](const std::stop_token& stop) { return run(*options, stop); }); });
}

} // namespace flowscent::cli
