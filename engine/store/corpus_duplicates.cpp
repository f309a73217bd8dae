// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/corpus_duplicates.h"

#include "engine/store/corpus.h"
#include "engine/store/corpus_summary.h"
#include "engine/store/identical_files.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

/// Where a packet sequence occurs.
struct Seen {
    std::set<std::string> threats;
    std::set<std::string> benign;
    std::set<std::string> splits;
};
using Sequences = std::unordered_map<std::string, Seen>;

struct FlowSeen {
    const Seen* seen = nullptr; ///< in the map, whose elements stay where they are
    std::string className;
    bool threat = false;
};

void take(const learn::Dataset& data, const std::string& split, Sequences& sequences, std::vector<FlowSeen>& flows)
{
    for (std::size_t row = 0; row < data.size(); ++row) {
        Seen& seen = sequences[learn::quantisedSequence(data.features.sequences.row(row))];
        const std::string& name = data.classNames[data.classOf[row]];
        const bool threat = data.threatClass[data.classOf[row]];
        (threat ? seen.threats : seen.benign).insert(name);
        seen.splits.insert(split);
        flows.push_back({&seen, name, threat});
    }
}

void countRepeats(const Sequences& sequences, const std::vector<FlowSeen>& flows, DuplicateReport& report)
{
    for (const FlowSeen& flow : flows) {
        const bool contradictory = !flow.seen->threats.empty() && !flow.seen->benign.empty();
        const std::size_t classes = (flow.threat ? flow.seen->threats : flow.seen->benign).size();
        for (FlowRepeats* repeats : {&report.byClass[flow.className], &report.all}) {
            repeats->threat = flow.threat;
            ++repeats->flows;
            repeats->contradictory += contradictory ? 1U : 0U;
            repeats->inOtherClasses += classes > 1 ? 1U : 0U;
            repeats->inOtherSplits += flow.seen->splits.size() > 1 ? 1U : 0U;
        }
    }
    for (const auto& [sequence, seen] : sequences) {
        for (const auto* names : {&seen.threats, &seen.benign}) {
            for (const std::string& name : *names)
                ++report.byClass[name].distinct;
            report.all.distinct += names->size();
        }
    }
    for (auto& [name, repeats] : report.byClass)
        repeats.repeated = repeats.flows - std::min(repeats.flows, repeats.distinct);
    report.all.repeated = report.all.flows - report.all.distinct;
    report.all.threat = false;
}

base::Result<void> compareFlows(const fs::path& folder, DuplicateReport& report, const base::ProgressSink& progress,
                                const std::stop_token& stop)
{
    const auto splits = splitsOf(folder);
    if (!splits)
        return failure(splits.error());
    Sequences sequences;
    std::vector<FlowSeen> flows;
    for (const std::string& split : *splits) {
        const auto corpus = readCorpus(folder, split, progress, stop);
        if (!corpus && corpus.error().code == Error::Code::Cancelled)
            return failure(corpus.error());
        if (!corpus) {
            report.remarks.push_back(corpus.error().sentence());
            continue;
        }
        std::ranges::copy(corpus->remarks, std::back_inserter(report.remarks));
        take(corpus->dataset, split, sequences, flows);
    }
    countRepeats(sequences, flows, report);
    return {};
}

/// Marks the rows of a group that go.
void reduce(const Manifest& manifest, const std::vector<std::size_t>& group, std::vector<bool>& goes)
{
    for (std::size_t i = 1; i < group.size(); ++i) {
        goes[group[i]] =
            std::any_of(group.begin(), group.begin() + static_cast<std::ptrdiff_t>(i), [&](std::size_t kept) {
                return !goes[kept] && (manifest.field(kept, "class") == manifest.field(group[i], "class") ||
                                       manifest.field(kept, "split") != manifest.field(group[i], "split"));
            });
    }
}

base::Result<void> compareCaptures(const fs::path& folder, DuplicateReport& report, const base::ProgressSink& progress,
                                   const std::stop_token& stop)
{
    const Manifest& manifest = report.manifest;
    std::vector<fs::path> files(manifest.size());
    for (std::size_t row = 0; row < manifest.size(); ++row) {
        if (const auto file = corpusFile(folder, manifest.field(row, "capture"), Links::Anywhere))
            files[row] = *file;
    }
    auto groups = identicalFiles(files, progress, stop);
    if (!groups)
        return failure(groups.error());
    report.identical = std::move(*groups);
    std::vector<bool> goes(manifest.size());
    for (const auto& group : report.identical) {
        std::set<std::string> splits;
        std::set<std::string> kinds;
        for (const std::size_t row : group) {
            splits.insert(manifest.field(row, "split"));
            kinds.insert(manifest.field(row, "kind"));
        }
        report.acrossSplits += splits.size() > 1 ? 1U : 0U;
        report.acrossKinds += kinds.size() > 1 ? 1U : 0U;
        reduce(manifest, group, goes);
    }
    report.reduced.columns = manifest.columns;
    for (std::size_t row = 0; row < manifest.size(); ++row) {
        if (!goes[row]) {
            report.reduced.rows.push_back(manifest.rows[row]);
            report.reduced.lines.push_back(manifest.lines[row]);
        }
    }
    return {};
}

} // namespace

base::Result<DuplicateReport> findDuplicates(const fs::path& folder, const base::ProgressSink& progress,
                                             const std::stop_token& stop)
{
    auto manifest = wholeManifest(folder);
    if (!manifest)
        return failure(manifest.error());
    DuplicateReport report{.captures = manifest->size(), .manifest = std::move(*manifest)};
    if (auto compared = compareCaptures(folder, report, progress, stop); !compared)
        return failure(compared.error());
    if (auto compared = compareFlows(folder, report, progress, stop); !compared)
        return failure(compared.error());
    return report;
}

} // namespace flowscent::store
