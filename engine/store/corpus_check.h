// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <stop_token>

#include "engine/base/progress.h"
#include "engine/store/corpus_problems.h"

namespace flowscent::store {

struct CheckSettings {
    std::size_t named = 20;      ///< problems of a kind that are put into words
    Links links = Links::Inside; ///< a merged corpus may consist of symbolic links
};

/// What a corpus holds and what is wrong with it.
struct CorpusCheck {
    std::size_t captures = 0;          ///< rows of the manifest
    std::size_t captureLabelled = 0;   ///< captures without a label file: every flow has the capture's class
    std::uint64_t flows = 0;           ///< in all captures that could be read
    std::uint64_t labels = 0;          ///< rows of all label files
    std::uint64_t unlabelledFlows = 0; ///< in captures with a label file
    std::uint64_t labelsWithoutFlow = 0;
    std::uint64_t doubleLabels = 0; ///< labels of flows that had one already
    Problems problems;
};

/// Reads manifest, captures and labels of a corpus and changes nothing. Errors only where there is no usable manifest,
/// and Cancelled.
[[nodiscard]] base::Result<CorpusCheck> checkCorpus(const std::filesystem::path& folder, const CheckSettings& settings,
                                                    const base::ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::store
