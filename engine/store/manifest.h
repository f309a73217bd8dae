// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/error.h"

namespace flowscent::store {

/// Columns that every manifest has; a manifest may have any others, which are kept.
inline constexpr std::array<std::string_view, 7> manifestColumns{"capture", "class",  "kind",   "split",
                                                                 "session", "source", "licence"};
inline constexpr std::array<std::string_view, 3> corpusSplits{"train", "val", "test"};
inline constexpr const char* manifestName = "manifest.csv";

/// A corpus's list of captures, as it is written. Plain value.
struct Manifest {
    std::vector<std::string> columns;           ///< distinct; those of manifestColumns are among them
    std::vector<std::vector<std::string>> rows; ///< each has a field for every column
    std::vector<std::size_t> lines;             ///< 1-based line of each row in the file; 0 for rows made elsewhere

    [[nodiscard]] std::size_t size() const { return rows.size(); }
    [[nodiscard]] std::optional<std::size_t> place(std::string_view column) const;
    /// The row's field; empty where there is no such column.
    [[nodiscard]] const std::string& field(std::size_t row, std::string_view column) const;
};

/// A manifest read as far as it goes: rows that cannot be used are left out and counted.
struct ManifestReading {
    Manifest manifest;
    std::vector<base::Error> badRows; ///< the first of them, mostNamedRows at most
    std::uint64_t badRowCount = 0;
};
inline constexpr std::size_t mostNamedRows = 100;

/// Reads a manifest to its end; errors call it `name`. Bad rows are those with another number of fields than the header
/// or with a NUL byte; a quote that never ends is one, and the last. Format error without a usable header or with more
/// than a million rows.
[[nodiscard]] base::Result<ManifestReading> parseManifest(std::istream& stream, const std::string& name);
/// The same of `folder`/manifest.csv. Io error for a file that is missing or not a regular one.
[[nodiscard]] base::Result<ManifestReading> surveyManifest(const std::filesystem::path& folder);
/// The same, but the first bad row is an error.
[[nodiscard]] base::Result<Manifest> wholeManifest(const std::filesystem::path& folder);

/// Header and rows, each quoted where it must be.
[[nodiscard]] std::string csvText(const Manifest& manifest);

/// Whether symbolic links may lead out of the corpus.
enum class Links : std::uint8_t { Inside, Anywhere };

/// Where a file that the manifest names lies. Format error for an empty or absolute path, one with "..", and (unless
/// links may) one that leads out of the folder by a symbolic link; Io error for a file that is missing or not a regular
/// one: reading a pipe would wait forever.
[[nodiscard]] base::Result<std::filesystem::path> corpusFile(const std::filesystem::path& folder,
                                                             const std::string& name, Links links);
/// "a/x.labels.csv" beside "a/x.pcap".
[[nodiscard]] std::filesystem::path labelsBeside(std::filesystem::path capture);

} // namespace flowscent::store
