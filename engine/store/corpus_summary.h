// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/progress.h"

namespace flowscent::store {

/// How much there is of something.
struct Amount {
    std::size_t captures = 0;
    std::uint64_t flows = 0;
    friend bool operator==(const Amount&, const Amount&) = default;
};

/// What one split of a corpus holds.
struct SplitSummary {
    std::string split;
    std::size_t captures = 0; ///< that gave a labelled flow
    std::size_t sessions = 0;
    std::size_t networks = 0; ///< sites, or the sources of captures without one
    std::size_t threatClasses = 0;
    std::size_t benignClasses = 0;
    std::uint64_t threatFlows = 0;
    std::uint64_t benignFlows = 0;
    std::uint64_t distinctFlows = 0;         ///< as Dataset::withoutDuplicates keeps them
    std::array<double, 5> packetQuartiles{}; ///< packets of a flow: least, quartiles (type 7), most
    std::map<std::string, Amount> bySource;  ///< "ntop/nDPI (LGPL-3.0)"
    std::uint64_t unmatchedLabels = 0;
};

/// What a site has of each behaviour.
struct SiteTable {
    std::vector<std::string> sites;                ///< columns, sorted
    std::vector<std::string> behaviours;           ///< rows: threats first, then by name
    std::vector<bool> threat;                      ///< of each behaviour
    std::vector<std::vector<std::uint64_t>> flows; ///< [behaviour][site]
};

struct CorpusSummary {
    std::vector<SplitSummary> splits; ///< in the order in which the manifest names them
    SiteTable table;                  ///< over all splits; empty where no capture names a site
    std::vector<std::string> remarks; ///< of captures that could not be used, one sentence each
};

/// Counts what a corpus holds. A flow's behaviour is its capture's `behaviour`, where the manifest has none its class;
/// background of a threat's capture is "background". Errors as of readManifest; Cancelled.
[[nodiscard]] base::Result<CorpusSummary>
summariseCorpus(const std::filesystem::path& folder, const base::ProgressSink& progress, const std::stop_token& stop);

/// The splits that a corpus has, in the order of its manifest; "mixed" for a folder without a manifest that
/// `readCorpus` can read.
[[nodiscard]] base::Result<std::vector<std::string>> splitsOf(const std::filesystem::path& folder);

} // namespace flowscent::store
