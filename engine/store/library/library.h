// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/store/library/bundle.h"

namespace flowscent::store {

/// One version of a detector as it lies in a library.
struct LibraryEntry {
    std::string name; ///< of a folder that no library made: the folder's own name
    std::uint32_t version = 0;
    std::filesystem::path file;
    std::uintmax_t bytes = 0;
    bool removed = false;                 ///< its number is never given again; all else is gone
    std::optional<BundleSummary> summary; ///< nothing when damaged or removed
    std::optional<base::Error> fault;     ///< why it cannot be used

    [[nodiscard]] bool usable() const { return summary.has_value(); }
};

/// Whether a detector can be used beside others of the base model in use.
enum class BundleState : std::uint8_t {
    Ready,
    NeedsReadapt, ///< it is of another base model; it still scores by its own, which it carries
    OnlyItsOwn,   ///< the same, and without examples it cannot be made anew
};
[[nodiscard]] std::string_view text(BundleState state);
[[nodiscard]] BundleState stateOf(const BundleSummary& summary, const std::string& baseModel);

/// Detectors in a folder: `NAME/VERSION.detector`, names as folderName writes them. The folder is the truth and there
/// is no index beside it: files may be copied in and out. Versions are never changed, so adding or removing one leaves
/// every byte of the others; files appear whole or not at all, and of two programs that add at the same time each gets
/// a number of its own. Holds nothing but the path: a value, usable from any thread.
class Library {
public:
    explicit Library(std::filesystem::path folder)
        : m_folder(std::move(folder))
    {
    }
    /// $XDG_DATA_HOME/flowscent/library, else ~/.local/share/flowscent/library (XDG Base Directory Specification).
    [[nodiscard]] static std::filesystem::path defaultFolder();
    [[nodiscard]] const std::filesystem::path& folder() const { return m_folder; }

    /// Every version, by name and number, from the files' headers: a thousand in about a second. Damaged ones
    /// are there with their reason, removed ones are not. A folder that is not there is an empty library. Io error when
    /// it cannot be read.
    [[nodiscard]] base::Result<std::vector<LibraryEntry>> list() const;
    /// All versions of one name, removed ones too, the oldest first. Argument error when there is none.
    [[nodiscard]] base::Result<std::vector<LibraryEntry>> history(const std::string& name) const;

    /// Reads one version with all its numbers; without a version the newest. Errors name the file.
    [[nodiscard]] base::Result<Bundle> load(const std::string& name, std::optional<std::uint32_t> version) const;

    /// Writes the bundle as the next version of its name and gives that number; `bundle.version` is not looked at.
    [[nodiscard]] base::Result<std::uint32_t> add(Bundle bundle) const;
    /// Argument error when there is no such version.
    [[nodiscard]] base::Result<void> remove(const std::string& name, std::uint32_t version) const;
    /// The name with all its versions; how many there were. Of the next detector called so, numbers begin anew.
    [[nodiscard]] base::Result<std::size_t> removeAll(const std::string& name) const;
    /// Moves all versions at once; their files stay as they are, and remember the old name until they are exported.
    [[nodiscard]] base::Result<void> rename(const std::string& name, const std::string& newName) const;

private:
    [[nodiscard]] std::filesystem::path folderOf(const std::string& name) const;

    std::filesystem::path m_folder;
};

} // namespace flowscent::store
