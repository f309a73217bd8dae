// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/base/error.h"

/// For this module only.
namespace flowscent::store {

/// A capture of a corpus.
struct ManifestRow {
    std::string capture; ///< path in the corpus
    std::string className;
    bool threat = false;
    std::string session;
    std::string network; ///< its site; where the manifest names none, its source
    std::string source;  ///< "ntop/nDPI (LGPL-3.0)"
};

/// The split of a corpus whose captures lie threat among background and have no manifest.
inline constexpr const char* mixedSplit = "mixed";

/// The captures of one split in the order of `folder`/manifest.csv. A folder without one that holds nothing but
/// `CLASS__NAME.pcap`, each with its `CLASS__NAME.labels.csv`, is a corpus with the one split "mixed": each file is a
/// session and a network of its own; order of names. Io or Format error without a usable manifest or a capture of the
/// split.
[[nodiscard]] base::Result<std::vector<ManifestRow>> readManifest(const std::filesystem::path& folder,
                                                                  const std::string& split);

} // namespace flowscent::store
