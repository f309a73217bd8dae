// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"
#include "app/cli/library_tools.h"

#include "engine/base/who.h"
#include "engine/store/model_file.h"

#include <CLI/CLI.hpp>

#include <charconv>

namespace flowscent::cli {

void addLibraryOption(CLI::App& command, std::string& folder)
{
    command
        .add_option("--library", folder,
                    "The library's folder; " + store::Library::defaultFolder().string() + " unless given")
        ->type_name("DIR");
}

store::Library libraryAt(const std::string& folder)
{
    return store::Library(folder.empty() ? store::Library::defaultFolder() : std::filesystem::path(folder));
}

DetectorChoice parseChoice(const std::string& text)
{
    const auto at = text.rfind('@');
    if (at == std::string::npos || at == 0)
        return {text, std::nullopt};
    std::uint32_t version = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, trouble] = std::from_chars(text.data() + at + 1, end, version);
    if (trouble != std::errc() || stopped != end || version == 0)
        return {text, std::nullopt};
    return {text.substr(0, at), version};
}

namespace {

/// The newest version of each name.
std::vector<const store::LibraryEntry*> newest(const std::vector<store::LibraryEntry>& entries)
{
    std::vector<const store::LibraryEntry*> chosen;
    for (const store::LibraryEntry& entry : entries) {
        if (!chosen.empty() && chosen.back()->name == entry.name)
            chosen.back() = &entry;
        else
            chosen.push_back(&entry);
    }
    return chosen;
}

} // namespace

base::Result<void> eachChosen(const store::Library& library, const std::vector<std::string>& choices,
                              const std::function<void(store::Bundle)>& take)
{
    for (const std::string& text : choices) {
        const DetectorChoice choice = parseChoice(text);
        auto bundle = library.load(choice.name, choice.version);
        if (!bundle)
            return base::failure(bundle.error());
        take(std::move(*bundle));
    }
    if (!choices.empty())
        return {};
    const auto entries = library.list();
    if (!entries)
        return base::failure(entries.error());
    bool any = false;
    for (const store::LibraryEntry* entry : newest(*entries)) {
        auto bundle = entry->fault ? base::Result<store::Bundle>(base::failure(*entry->fault))
                                   : library.load(entry->name, entry->version);
        if (bundle)
            take(std::move(*bundle));
        else
            say(bundle.error().sentence() + "; it is left out");
        any = any || bundle.has_value();
    }
    if (!any)
        return base::failure(base::Error::Code::Argument, "holds no detector that can be used",
                             library.folder().string());
    return {};
}

base::Result<std::vector<store::Bundle>> chosenBundles(const store::Library& library,
                                                       const std::vector<std::string>& choices)
{
    std::vector<store::Bundle> bundles;
    if (auto all = eachChosen(library, choices, [&](store::Bundle bundle) { bundles.push_back(std::move(bundle)); });
        !all)
        return base::failure(all.error());
    return bundles;
}

base::Result<std::shared_ptr<const learn::BaseModel>> baseModel(const std::string& model)
{
    auto loaded = store::loadModel(model.empty() ? store::shippedModel() : std::filesystem::path(model));
    if (!loaded)
        return base::failure(loaded.error());
    return std::make_shared<const learn::BaseModel>(std::move(*loaded));
}

base::Result<store::BaseInUse> baseInUse(const std::shared_ptr<const learn::BaseModel>& model)
{
    const auto engine = learn::backend();
    if (!engine)
        return base::failure(engine.error());
    auto encoder = (*engine)->encoder(model);
    if (!encoder)
        return base::failure(encoder.error());
    return store::BaseInUse::of(std::move(*encoder));
}

std::string authorOr(const std::string& author)
{
    return author.empty() ? base::loginName().value_or("unknown") : author;
}

void addLibraryCommand(CLI::App& program, const Choose& choose)
{
    CLI::App* library =
        program.add_subcommand("library", "Keep detectors with their examples and where they come from");
    library->require_subcommand(1);
    addLibraryList(*library, choose);
    addLibraryShow(*library, choose);
    addLibraryAdd(*library, choose);
    addLibraryImport(*library, choose);
    addLibraryExport(*library, choose);
    addLibraryRemove(*library, choose);
    addLibraryRename(*library, choose);
    addLibraryReadapt(*library, choose);
    addLibraryHunt(*library, choose);
    addLibraryUpdateBase(*library, choose);
}

} // namespace flowscent::cli
