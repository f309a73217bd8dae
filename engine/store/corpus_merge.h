// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/progress.h"
#include "engine/store/corpus_problems.h"

namespace flowscent::store {

/// How captures come into a merged corpus.
enum class Transfer : std::uint8_t {
    Copy,
    HardLink,     ///< no bytes are copied; the file systems must be one
    SymbolicLink, ///< to where the input lies now
};

struct MergeSettings {
    std::filesystem::path out; ///< a folder that does not exist or is empty
    std::vector<std::filesystem::path> inputs;
    Transfer transfer = Transfer::Copy;
    std::set<std::string> onlySplits;              ///< as the inputs call them; all when empty
    std::map<std::string, std::string> splitNames; ///< what an input's split is called in the result
    bool allowSharedCaptures = false; ///< captures of the same bytes in two splits are remarked on instead of refused
    std::size_t named = 20;           ///< problems of a kind, and shared captures, that are put into words
};

struct MergeReport {
    std::size_t captures = 0;
    std::size_t labelFiles = 0;
    std::vector<std::string> folders; ///< of each input, in the result
    std::vector<std::string> remarks; ///< one sentence each
    Problems problems;                ///< of the merged manifest, as checkManifest finds them
};

/// Joins corpora into one. Each input's captures and label files go into a folder named after it; manifests are joined
/// with the union of their columns (fields that an input lacks are empty), `capture` and `session` begin with the
/// folder's name, so that sessions of two inputs never are one. Classes and sites keep their names: the same name means
/// the same thing. Inputs are not changed. All is written into a folder beside `out`, the manifest last, which then
/// takes its name; when it fails or is stopped, nothing is left. Errors: Argument for an `out` that is not empty, lies
/// in an input or holds one, and for a split map without meaning; Format or Io for an input with a bad row or a capture
/// that is missing or outside; Format for the same capture in two splits, unless allowed; Cancelled.
[[nodiscard]] base::Result<MergeReport> mergeCorpora(const MergeSettings& settings, const base::ProgressSink& progress,
                                                     const std::stop_token& stop);

} // namespace flowscent::store
