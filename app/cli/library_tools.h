// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/commands.h"
#include "engine/store/library/base_in_use.h"
#include "engine/store/library/library.h"

/// What `library` offers: each adds itself below the command.
namespace flowscent::cli {

void addLibraryList(CLI::App& library, const Choose& choose);
void addLibraryShow(CLI::App& library, const Choose& choose);
void addLibraryAdd(CLI::App& library, const Choose& choose);
void addLibraryImport(CLI::App& library, const Choose& choose);
void addLibraryExport(CLI::App& library, const Choose& choose);
void addLibraryRemove(CLI::App& library, const Choose& choose);
void addLibraryRename(CLI::App& library, const Choose& choose);
void addLibraryReadapt(CLI::App& library, const Choose& choose);
void addLibraryHunt(CLI::App& library, const Choose& choose);
void addLibraryUpdateBase(CLI::App& library, const Choose& choose);

/// `--library DIR`, the folder that all of them work on.
void addLibraryOption(CLI::App& command, std::string& folder);
/// Empty for the default folder.
[[nodiscard]] store::Library libraryAt(const std::string& folder);

/// A detector as people name it: "beacon" for the newest version, "beacon@2" for that one.
struct DetectorChoice {
    std::string name;
    std::optional<std::uint32_t> version;
};
[[nodiscard]] DetectorChoice parseChoice(const std::string& text);
/// Hands over the chosen bundles one by one; of no choice the newest version of every detector that is not damaged,
/// each damaged one is said. Argument error when there is none.
[[nodiscard]] base::Result<void> eachChosen(const store::Library& library, const std::vector<std::string>& choices,
                                            const std::function<void(store::Bundle)>& take);
/// All of them at once.
[[nodiscard]] base::Result<std::vector<store::Bundle>> chosenBundles(const store::Library& library,
                                                                     const std::vector<std::string>& choices);

/// `model`: a base model's file, empty for the shipped one.
[[nodiscard]] base::Result<std::shared_ptr<const learn::BaseModel>> baseModel(const std::string& model);
[[nodiscard]] base::Result<store::BaseInUse> baseInUse(const std::shared_ptr<const learn::BaseModel>& model);

/// Who asks, for a provenance; empty for the login name.
[[nodiscard]] std::string authorOr(const std::string& author);

} // namespace flowscent::cli
