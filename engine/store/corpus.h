// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/progress.h"
#include "engine/learn/tasks/dataset.h"

namespace flowscent::store {

/// A labelled corpus read from a folder with a manifest.csv (columns at least capture, class, kind, split, session,
/// source, licence; optional: site), or from a folder of nothing but `CLASS__NAME.pcap` and `CLASS__NAME.labels.csv`,
/// whose one split is "mixed" and where every file is a session and a network of its own.
struct CorpusReport {
    learn::Dataset dataset;
    std::size_t captures = 0;
    std::size_t unmatchedLabels = 0;  ///< label rows without a flow
    std::vector<std::string> remarks; ///< captures that were damaged or missing, one sentence each
};

/// Reads every capture of one split ("train", "val", "test"). Flows take the label of their row in
/// `<name>.labels.csv` when that file exists (label "background" becomes the benign class "background"), else the
/// capture's class. The dataset's provenance is filled: networks are the sites, where there is none the sources.
/// Damaged captures give what is good of them and a remark. Io/Format error without a usable manifest.
/// The order of rows, and so the dataset's hash, depends on the corpus alone.
[[nodiscard]] base::Result<CorpusReport> readCorpus(const std::filesystem::path& folder, const std::string& split,
                                                    const base::ProgressSink& progress, const std::stop_token& stop);

} // namespace flowscent::store
