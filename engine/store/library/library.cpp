// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/library/library.h"

#include "engine/base/create_file.h"
#include "engine/store/library/plain_text.h"
#include "engine/store/sealed_file.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

constexpr std::uint32_t highestVersion = 999'999;
constexpr int mostTries = 1000; ///< of adding: each lost to another program that got its number
constexpr std::string_view detectorSuffix = ".detector";
constexpr std::string_view removedSuffix = ".removed"; ///< an empty file that keeps a number from being given again

auto ioFailure(const std::string& what, const std::error_code& reason, const fs::path& where)
{
    return failure(Error::Code::Io, what + reason.message(), where.string());
}

/// "12" of "12.detector"; 0 for everything else, "012.detector" too.
std::uint32_t versionOf(std::string_view fileName, std::string_view suffix)
{
    if (!fileName.ends_with(suffix))
        return 0;
    const std::string_view digits = fileName.substr(0, fileName.size() - suffix.size());
    std::uint32_t version = 0;
    const auto [end, trouble] = std::from_chars(digits.data(), digits.data() + digits.size(), version);
    const bool whole = trouble == std::errc() && end == digits.data() + digits.size() && digits.front() != '0';
    return whole && version <= highestVersion ? version : 0;
}

/// What lies in a detector's folder, by number.
struct Found {
    std::vector<std::uint32_t> versions;
    std::vector<std::uint32_t> removed;
    [[nodiscard]] std::uint32_t highest() const
    {
        std::uint32_t most = 0;
        for (const std::uint32_t version : versions)
            most = std::max(most, version);
        for (const std::uint32_t version : removed)
            most = std::max(most, version);
        return most;
    }
};

/// Calls `see` for everything in a folder; the system's reason when it cannot be read, none when it is not there.
template <class See>
std::error_code eachIn(const fs::path& folder, const See& see)
{
    std::error_code reason;
    for (fs::directory_iterator at(folder, reason), end; !reason && at != end; at.increment(reason))
        see(*at);
    return reason == std::errc::no_such_file_or_directory ? std::error_code() : reason;
}

base::Result<Found> lookInto(const fs::path& folder)
{
    Found found;
    const auto reason = eachIn(folder, [&found](const fs::directory_entry& entry) {
        const std::string name = entry.path().filename().string();
        if (const auto version = versionOf(name, detectorSuffix))
            found.versions.push_back(version);
        if (const auto version = versionOf(name, removedSuffix))
            found.removed.push_back(version);
    });
    if (reason)
        return ioFailure("cannot be read: ", reason, folder);
    std::ranges::sort(found.versions);
    std::ranges::sort(found.removed);
    return found;
}

/// What the library has of a detector, once its name is one that a detector may have.
base::Result<Found> lookFor(const std::string& name, const fs::path& folder)
{
    if (auto allowed = checkName(name); !allowed)
        return failure(allowed.error());
    return lookInto(folder);
}

fs::path fileOf(const fs::path& folder, std::uint32_t version)
{
    return folder / (std::to_string(version) + std::string(detectorSuffix));
}

fs::path tombOf(const fs::path& folder, std::uint32_t version)
{
    return folder / (std::to_string(version) + std::string(removedSuffix));
}

Error damagedBy(const std::string& what, const fs::path& file)
{
    return {Error::Code::Model, what, file.string()};
}

LibraryEntry lookAt(const fs::path& folder, const std::optional<std::string>& name, std::uint32_t version)
{
    LibraryEntry entry{
        .name = name.value_or(folder.filename().string()), .version = version, .file = fileOf(folder, version)};
    std::error_code unknown;
    const std::uintmax_t bytes = fs::file_size(entry.file, unknown);
    entry.bytes = unknown ? 0 : bytes;
    const auto header = readSealedHeader(entry.file);
    auto summary = header ? bundleSummary(*header) : base::Result<BundleSummary>(failure(header.error()));
    if (!name)
        entry.fault = damagedBy("lies in a folder whose name is not one that a library gives", entry.file);
    else if (!summary)
        entry.fault = located(summary.error(), entry.file);
    else if (summary->version != version)
        entry.fault = damagedBy("says that it is version " + std::to_string(summary->version), entry.file);
    else
        entry.summary = std::move(*summary);
    return entry;
}

Error noSuch(const std::string& name)
{
    return {Error::Code::Argument, "there is no detector '" + name + "' in the library", {}};
}

Error noSuch(const std::string& name, std::uint32_t version)
{
    return {Error::Code::Argument,
            "there is no version " + std::to_string(version) + " of '" + name + "' in the library",
            {}};
}

} // namespace

std::string_view text(BundleState state)
{
    switch (state) {
    case BundleState::Ready:
        return "ready";
    case BundleState::NeedsReadapt:
        return "re-adapt";
    case BundleState::OnlyItsOwn:
        break;
    }
    return "own base only";
}

BundleState stateOf(const BundleSummary& summary, const std::string& baseModel)
{
    if (summary.baseModel == baseModel)
        return BundleState::Ready;
    return summary.threats > 0 ? BundleState::NeedsReadapt : BundleState::OnlyItsOwn;
}

fs::path Library::defaultFolder()
{
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody sets variables here
        return fs::path(value == nullptr ? "" : value);
    };
    const fs::path data = variable("XDG_DATA_HOME");
    // The specification has relative paths ignored.
    return (data.is_absolute() ? data : variable("HOME") / ".local/share") / "flowscent/library";
}

fs::path Library::folderOf(const std::string& name) const
{
    return m_folder / folderName(name);
}

base::Result<std::vector<LibraryEntry>> Library::list() const
{
    std::vector<fs::path> folders;
    const auto reason = eachIn(m_folder, [&folders](const fs::directory_entry& entry) {
        std::error_code unknown;
        if (entry.is_directory(unknown))
            folders.push_back(entry.path());
    });
    if (reason)
        return ioFailure("cannot be read: ", reason, m_folder);
    std::vector<LibraryEntry> entries;
    for (const fs::path& folder : folders) {
        const auto found = lookInto(folder);
        if (!found) {
            entries.push_back({.name = folder.filename().string(), .file = folder, .fault = found.error()});
            continue;
        }
        for (const std::uint32_t version : found->versions)
            entries.push_back(lookAt(folder, nameOfFolder(folder.filename().string()), version));
    }
    std::ranges::sort(entries, {}, [](const LibraryEntry& entry) { return std::pair(entry.name, entry.version); });
    return entries;
}

base::Result<std::vector<LibraryEntry>> Library::history(const std::string& name) const
{
    const fs::path folder = folderOf(name);
    const auto found = lookFor(name, folder);
    if (!found)
        return failure(found.error());
    std::vector<LibraryEntry> entries;
    for (const std::uint32_t version : found->versions)
        entries.push_back(lookAt(folder, name, version));
    for (const std::uint32_t version : found->removed) {
        if (!std::ranges::binary_search(found->versions, version))
            entries.push_back({.name = name, .version = version, .file = tombOf(folder, version), .removed = true});
    }
    if (entries.empty())
        return failure(noSuch(name));
    std::ranges::sort(entries, {}, &LibraryEntry::version);
    return entries;
}

base::Result<Bundle> Library::load(const std::string& name, std::optional<std::uint32_t> version) const
{
    const fs::path folder = folderOf(name);
    const auto found = lookFor(name, folder);
    if (!found)
        return failure(found.error());
    if (found->versions.empty())
        return failure(noSuch(name));
    const std::uint32_t wanted = version.value_or(found->versions.back());
    if (!std::ranges::binary_search(found->versions, wanted))
        return failure(noSuch(name, wanted));
    const fs::path file = fileOf(folder, wanted);
    auto bundle = loadBundle(file);
    if (!bundle)
        return bundle;
    if (bundle->version != wanted)
        return failure(damagedBy("says that it is version " + std::to_string(bundle->version), file));
    bundle->name = name;
    return bundle;
}

base::Result<std::uint32_t> Library::add(Bundle bundle) const
{
    if (auto allowed = checkName(bundle.name); !allowed)
        return failure(allowed.error());
    const fs::path folder = folderOf(bundle.name);
    for (int attempt = 0; attempt < mostTries; ++attempt) {
        std::error_code reason;
        fs::create_directories(folder, reason);
        if (reason)
            return ioFailure("cannot be made: ", reason, folder);
        const auto found = lookInto(folder);
        if (!found)
            return failure(found.error());
        bundle.version = found->highest() + 1;
        if (bundle.version > highestVersion)
            return failure(Error::Code::Argument, "'" + bundle.name + "' has as many versions as there are numbers");
        auto tensors = toTensors(bundle);
        if (!tensors)
            return failure(tensors.error());
        const fs::path file = fileOf(folder, bundle.version);
        const auto made = base::createAtomically(file, sealedBytes(std::move(*tensors)));
        if (made && *made)
            return bundle.version;
        // Others got the number, or moved the folder away just now: look again. Everything else is a failure.
        if (!made && fs::exists(folder, reason))
            return failure(made.error());
    }
    return failure(Error::Code::Io, "cannot be added to: other programs add to it without a pause", folder.string());
}

base::Result<void> Library::remove(const std::string& name, std::uint32_t version) const
{
    if (auto allowed = checkName(name); !allowed)
        return failure(allowed.error());
    const fs::path folder = folderOf(name);
    const fs::path file = fileOf(folder, version);
    std::error_code reason;
    if (!fs::exists(fs::symlink_status(file, reason)))
        return failure(noSuch(name, version));
    if (auto kept = base::createAtomically(tombOf(folder, version), ""); !kept)
        return failure(kept.error());
    if (!fs::remove(file, reason) && reason)
        return ioFailure("cannot be removed: ", reason, file);
    return {};
}

base::Result<std::size_t> Library::removeAll(const std::string& name) const
{
    const fs::path folder = folderOf(name);
    const auto found = lookFor(name, folder);
    if (!found)
        return failure(found.error());
    if (found->versions.empty() && found->removed.empty())
        return failure(noSuch(name));
    std::error_code reason;
    for (const std::uint32_t version : found->versions) {
        if (!fs::remove(fileOf(folder, version), reason) && reason)
            return ioFailure("cannot be removed: ", reason, fileOf(folder, version));
    }
    for (const std::uint32_t version : found->removed)
        fs::remove(tombOf(folder, version), reason);
    fs::remove(folder, reason); // stays where something else lies in it, or somebody has just added to it
    return found->versions.size();
}

base::Result<void> Library::rename(const std::string& name, const std::string& newName) const
{
    for (const std::string* one : {&name, &newName}) {
        if (auto allowed = checkName(*one); !allowed)
            return failure(allowed.error());
    }
    const auto from = lookInto(folderOf(name));
    if (!from)
        return failure(from.error());
    if (from->versions.empty())
        return failure(noSuch(name));
    if (name == newName)
        return {};
    std::error_code reason;
    fs::rename(folderOf(name), folderOf(newName), reason); // only an empty folder gives way
    if (reason == std::errc::directory_not_empty || reason == std::errc::file_exists)
        return failure(Error::Code::Argument, "there is a detector '" + newName + "' in the library already");
    if (reason)
        return ioFailure("cannot be renamed: ", reason, folderOf(name));
    return {};
}

} // namespace flowscent::store
