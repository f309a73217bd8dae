// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/progress.h"
#include "engine/store/manifest.h"

namespace flowscent::store {

/// Flows of one class, or of all, whose quantised packet sequence (learn::quantisedSequence) occurs more than once.
struct FlowRepeats {
    bool threat = false;
    std::uint64_t flows = 0;
    std::uint64_t distinct = 0;       ///< sequences
    std::uint64_t repeated = 0;       ///< flows less sequences: what keeping each once would leave out
    std::uint64_t inOtherClasses = 0; ///< flows whose sequence another class of the same kind has, too
    std::uint64_t contradictory = 0;  ///< flows whose sequence occurs as threat and as benign
    std::uint64_t inOtherSplits = 0;  ///< flows whose sequence another split has, too
};

/// What a corpus holds more than once.
struct DuplicateReport {
    std::size_t captures = 0;
    std::vector<std::vector<std::size_t>> identical; ///< rows of the manifest whose captures have the same bytes
    std::size_t acrossSplits = 0;                    ///< of these groups, those in more than one split
    std::size_t acrossKinds = 0;                     ///< of these groups, those with a threat and a benign row
    std::map<std::string, FlowRepeats> byClass;
    FlowRepeats all;   ///< `distinct` and `repeated` count a sequence once for every class
    Manifest manifest; ///< as it was read
    Manifest reduced;  ///< without rows whose capture an earlier row of the same class, or of another split, has
    std::vector<std::string> remarks; ///< of captures that could not be used, one sentence each
};

/// Compares captures byte by byte (SHA-256) and flows by their packet sequences, over all splits. Changes nothing.
/// Errors as of wholeManifest; Cancelled.
[[nodiscard]] base::Result<DuplicateReport>
findDuplicates(const std::filesystem::path& folder, const base::ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::store
