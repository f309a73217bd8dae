// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/corpus.h"

#include "engine/base/each_index.h"
#include "engine/flow/read_flows.h"
#include "engine/store/corpus_manifest.h"
#include "engine/store/label_file.h"
#include "engine/store/manifest.h"
#include "engine/store/packet_traits.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

constexpr const char* backgroundClass = "background";

/// What one capture gave; captures are read in parallel and joined in the manifest's order.
struct Portion {
    features::FeatureSet features;
    std::vector<std::string> classes;
    std::vector<bool> threats;
    std::vector<learn::FlowIdentity> identities;
    std::size_t unmatched = 0;
    std::vector<std::string> remarks;
};

std::vector<learn::FlowIdentity> identitiesOf(const flow::ReadOutcome& read, const std::vector<std::uint32_t>& flows)
{
    std::vector<learn::FlowIdentity> identities;
    for (const detect::FlowTraits& flow : packetTraits(read, flows))
        identities.push_back({.serverPort = flow.key.server.port,
                              .protocol = flow.key.protocol,
                              .clientHops = flow.hops[flow::outward],
                              .serverHops = flow.hops[flow::inward]});
    return identities;
}

Portion readPortion(const fs::path& folder, const ManifestRow& row, const std::stop_token& stop)
{
    Portion portion;
    const auto file = corpusFile(folder, row.capture, Links::Anywhere);
    if (!file) {
        portion.remarks.push_back(file.error().sentence());
        return portion;
    }
    const auto read = flow::readFlows({*file}, {}, {}, {}, stop);
    if (!read) {
        portion.remarks.push_back(read.error().sentence());
        return portion;
    }
    if (read->damage)
        portion.remarks.push_back(read->damage->sentence() + "; what came before is used");
    std::vector<std::uint32_t> flows;
    const fs::path labelFile = labelsBeside(*file);
    std::error_code unknown;
    if (!fs::exists(labelFile, unknown)) {
        for (std::uint32_t flow = 0; flow < read->table->size(); ++flow)
            flows.push_back(flow);
        portion.classes.assign(flows.size(), row.className);
        portion.threats.assign(flows.size(), row.threat);
    } else {
        const auto labels = readLabels(labelFile);
        if (!labels) {
            portion.remarks.push_back(labels.error().sentence());
            return portion;
        }
        const LabelMatches matches = matchLabels(*read->table, *labels);
        portion.unmatched = matches.unmatched.size();
        std::set<std::uint32_t> taken;
        for (const LabelMatch& match : matches.matched) {
            if (!taken.insert(match.flow.value).second)
                continue;
            flows.push_back(match.flow.value);
            const bool background = row.threat && (*labels)[match.row].benign();
            portion.classes.push_back(background ? backgroundClass : row.className);
            portion.threats.push_back(row.threat && !background);
        }
    }
    portion.features = features::extract(*read->table, {}, stop).rows(flows);
    portion.identities = identitiesOf(*read, flows);
    return portion;
}

/// Numbers names in the order in which they come.
template <class Index>
class Numbering {
public:
    explicit Numbering(std::vector<std::string>& names)
        : m_names(names)
    {
    }
    Index of(const std::string& name)
    {
        const auto [found, fresh] = m_places.emplace(name, static_cast<Index>(m_places.size()));
        if (fresh)
            m_names.push_back(name);
        return found->second;
    }

private:
    std::map<std::string, Index> m_places;
    std::vector<std::string>& m_names;
};

/// Puts portions together.
class Joiner {
public:
    explicit Joiner(learn::Dataset& dataset)
        : m_dataset(dataset)
    {
    }

    void add(const ManifestRow& row, const Portion& portion)
    {
        if (portion.classes.empty())
            return;
        learn::Provenance& provenance = m_dataset.provenance;
        const std::size_t flows = portion.classes.size();
        m_dataset.sessionOf.insert(m_dataset.sessionOf.end(), flows, m_sessions.of(row.session));
        provenance.networkOf.insert(provenance.networkOf.end(), flows, m_networks.of(row.network));
        provenance.captureOf.insert(provenance.captureOf.end(), flows, m_captures.of(row.capture));
        std::ranges::copy(portion.identities, std::back_inserter(provenance.identity));
        for (std::size_t i = 0; i < flows; ++i) {
            m_dataset.classOf.push_back(m_classes.of(portion.classes[i]));
            if (m_dataset.threatClass.size() < m_dataset.classNames.size())
                m_dataset.threatClass.push_back(portion.threats[i]);
        }
        m_dataset.features.append(portion.features);
    }

private:
    learn::Dataset& m_dataset;
    Numbering<std::uint16_t> m_classes{m_dataset.classNames};
    Numbering<std::uint32_t> m_sessions{m_dataset.sessionNames};
    Numbering<std::uint32_t> m_networks{m_dataset.provenance.networkNames};
    Numbering<std::uint32_t> m_captures{m_dataset.provenance.captureNames};
};

} // namespace

base::Result<CorpusReport> readCorpus(const fs::path& folder, const std::string& split,
                                      const base::ProgressSink& progress, const std::stop_token& stop)
{
    const auto manifest = readManifest(folder, split);
    if (!manifest)
        return failure(manifest.error());
    std::vector<Portion> portions(manifest->size());
    base::eachIndex(
        portions.size(), [&](std::size_t i) { portions[i] = readPortion(folder, (*manifest)[i], stop); },
        "reading the corpus", progress, stop);
    if (stop.stop_requested())
        return failure(Error::Code::Cancelled, "reading the corpus was stopped");

    CorpusReport report;
    Joiner joiner(report.dataset);
    std::set<std::string> sources;
    for (std::size_t i = 0; i < portions.size(); ++i) {
        joiner.add((*manifest)[i], portions[i]);
        report.unmatchedLabels += portions[i].unmatched;
        report.captures += portions[i].classes.empty() ? 0U : 1U;
        std::ranges::copy(portions[i].remarks, std::back_inserter(report.remarks));
        sources.insert((*manifest)[i].source);
        portions[i] = {};
    }
    if (report.dataset.size() == 0)
        return failure(Error::Code::Format, "no capture of the split '" + split + "' gave a labelled flow",
                       folder.string());
    report.dataset.sources.assign(sources.begin(), sources.end());
    return report;
}

} // namespace flowscent::store
