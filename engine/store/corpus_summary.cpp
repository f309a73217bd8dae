// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/corpus_summary.h"

#include "engine/detect/quantile.h"
#include "engine/store/corpus.h"
#include "engine/store/corpus_manifest.h"
#include "engine/store/manifest.h"

#include <algorithm>
#include <set>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

constexpr const char* background = "background";

/// Row of the manifest of each capture.
using RowOf = std::map<std::string, std::size_t, std::less<>>;

struct Behaviour {
    bool benign = false; ///< threats come first
    std::string name;
    friend auto operator<=>(const Behaviour&, const Behaviour&) = default;
};
using Counts = std::map<Behaviour, std::map<std::string, std::uint64_t>>; ///< by site

std::size_t distinct(const std::vector<std::uint32_t>& column)
{
    return std::set(column.begin(), column.end()).size();
}

std::array<double, 5> packetQuartiles(const learn::Dataset& data)
{
    std::vector<double> packets;
    for (std::size_t row = 0; row < data.size(); ++row) {
        const auto statistics = data.features.statistics.row(row);
        packets.push_back(static_cast<double>(statistics[0]) + static_cast<double>(statistics[1])); // out and in
    }
    std::array<double, 5> quartiles{};
    for (std::size_t i = 0; i < quartiles.size(); ++i)
        quartiles[i] = detect::quantile(packets, 0.25 * static_cast<double>(i));
    return quartiles;
}

SplitSummary summarise(const std::string& split, const CorpusReport& report, const Manifest& manifest,
                       const RowOf& rowOf)
{
    const learn::Dataset& data = report.dataset;
    SplitSummary summary{.split = split, .captures = report.captures, .unmatchedLabels = report.unmatchedLabels};
    summary.sessions = distinct(data.sessionOf);
    summary.networks = distinct(data.provenance.networkOf);
    summary.threatClasses = static_cast<std::size_t>(std::ranges::count(data.threatClass, true));
    summary.benignClasses = data.classNames.size() - summary.threatClasses;
    std::set<std::uint32_t> seen;
    for (std::size_t row = 0; row < data.size(); ++row) {
        ++(data.threatClass[data.classOf[row]] ? summary.threatFlows : summary.benignFlows);
        const std::uint32_t capture = data.provenance.captureOf[row];
        const std::size_t line = rowOf.find(data.provenance.captureNames[capture])->second;
        Amount& amount =
            summary.bySource[manifest.field(line, "source") + " (" + manifest.field(line, "licence") + ")"];
        ++amount.flows;
        amount.captures += seen.insert(capture).second ? 1U : 0U;
    }
    summary.distinctFlows = data.withoutDuplicates().size();
    summary.packetQuartiles = packetQuartiles(data);
    return summary;
}

void countBehaviours(const learn::Dataset& data, const Manifest& manifest, const RowOf& rowOf, Counts& counts)
{
    for (std::size_t row = 0; row < data.size(); ++row) {
        const auto line = rowOf.find(data.provenance.captureNames[data.provenance.captureOf[row]])->second;
        const bool threat = data.threatClass[data.classOf[row]];
        Behaviour behaviour{.benign = !threat, .name = data.classNames[data.classOf[row]]};
        const bool beside = !threat && manifest.field(line, "kind") == "threat";
        if (const std::string& named = manifest.field(line, "behaviour"); !named.empty() && !beside)
            behaviour.name = named;
        else if (beside)
            behaviour.name = background;
        ++counts[behaviour][data.provenance.networkNames[data.provenance.networkOf[row]]];
    }
}

SiteTable tableOf(const Counts& counts)
{
    SiteTable table;
    std::set<std::string> sites;
    for (const auto& [behaviour, bySite] : counts) {
        for (const auto& [site, flows] : bySite)
            sites.insert(site);
    }
    table.sites.assign(sites.begin(), sites.end());
    for (const auto& [behaviour, bySite] : counts) {
        table.behaviours.push_back(behaviour.name);
        table.threat.push_back(!behaviour.benign);
        std::vector<std::uint64_t>& row = table.flows.emplace_back();
        for (const std::string& site : table.sites)
            row.push_back(bySite.contains(site) ? bySite.at(site) : 0);
    }
    return table;
}

bool namesSites(const Manifest& manifest)
{
    for (std::size_t row = 0; row < manifest.size(); ++row) {
        if (!manifest.field(row, "site").empty())
            return true;
    }
    return false;
}

} // namespace

base::Result<std::vector<std::string>> splitsOf(const fs::path& folder)
{
    if (std::error_code unknown; !fs::exists(folder / manifestName, unknown)) {
        if (readManifest(folder, mixedSplit))
            return std::vector<std::string>{mixedSplit};
    }
    const auto manifest = wholeManifest(folder);
    if (!manifest)
        return failure(manifest.error());
    std::vector<std::string> splits;
    for (std::size_t row = 0; row < manifest->size(); ++row) {
        if (const std::string& split = manifest->field(row, "split"); std::ranges::find(splits, split) == splits.end())
            splits.push_back(split);
    }
    if (splits.empty())
        return failure(Error::Code::Format, "the manifest names no capture", folder.string());
    return splits;
}

base::Result<CorpusSummary> summariseCorpus(const fs::path& folder, const base::ProgressSink& progress,
                                            const std::stop_token& stop)
{
    const auto manifest = wholeManifest(folder);
    if (!manifest)
        return failure(manifest.error());
    const auto splits = splitsOf(folder);
    if (!splits)
        return failure(splits.error());
    RowOf rowOf;
    for (std::size_t row = 0; row < manifest->size(); ++row)
        rowOf.emplace(manifest->field(row, "capture"), row);
    const bool sites = namesSites(*manifest);
    CorpusSummary summary;
    Counts counts;
    for (const std::string& split : *splits) {
        const auto report = readCorpus(folder, split, progress, stop);
        if (!report && report.error().code == Error::Code::Cancelled)
            return failure(report.error());
        if (!report) {
            summary.splits.push_back({.split = split});
            summary.remarks.push_back(report.error().sentence());
            continue;
        }
        summary.splits.push_back(summarise(split, *report, *manifest, rowOf));
        std::ranges::copy(report->remarks, std::back_inserter(summary.remarks));
        if (sites)
            countBehaviours(report->dataset, *manifest, rowOf, counts);
    }
    summary.table = tableOf(counts);
    return summary;
}

} // namespace flowscent::store
