// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/corpus.h"

#include "engine/base/csv.h"
#include "engine/flow/read_flows.h"
#include "engine/store/label_file.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <thread>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

constexpr const char* backgroundClass = "background";

struct ManifestRow {
    std::string capture;
    std::string className;
    bool threat = false;
    std::string session;
    std::string source; ///< "ntop/nDPI (LGPL-3.0)"
};

/// What one capture gave; captures are read in parallel and joined in the manifest's order.
struct Portion {
    features::FeatureSet features;
    std::vector<std::string> classes;
    std::vector<bool> threats;
    std::size_t unmatched = 0;
    std::vector<std::string> remarks;
};

base::Result<std::vector<ManifestRow>> readManifest(const fs::path& folder, const std::string& split)
{
    const fs::path file = folder / "manifest.csv";
    std::ifstream stream(file);
    if (!stream)
        return failure(Error::Code::Io, std::string("a corpus needs a manifest.csv: ") + std::strerror(errno),
                       file.string());
    base::CsvReader reader(stream, file.string());
    const auto header = reader.next();
    if (!header || !*header)
        return failure(Error::Code::Format, "the manifest is empty or cannot be read", file.string());
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < (*header)->size(); ++i)
        places[(**header)[i]] = i;
    for (const char* column : {"capture", "class", "kind", "split", "session", "source", "licence"}) {
        if (!places.contains(column))
            return failure(Error::Code::Format, std::string("the manifest has no column '") + column + "'",
                           file.string());
    }
    std::vector<ManifestRow> rows;
    for (;;) {
        const auto record = reader.next();
        if (!record)
            return failure(record.error());
        if (!*record)
            break;
        if ((*record)->size() != (*header)->size())
            return failure(Error::Code::Format,
                           "line " + std::to_string(reader.line()) + " has another number of fields than the header",
                           file.string());
        const auto field = [&](const char* name) { return (**record)[places[name]]; };
        if (field("split") == split)
            rows.push_back({field("capture"), field("class"), field("kind") == "threat", field("session"),
                            field("source") + " (" + field("licence") + ")"});
    }
    if (rows.empty())
        return failure(Error::Code::Format, "the manifest names no capture of the split '" + split + "'",
                       file.string());
    return rows;
}

/// A path of the manifest must stay inside the corpus.
bool inside(const fs::path& capture)
{
    return capture.is_relative() && std::ranges::find(capture, fs::path("..")) == capture.end();
}

Portion readPortion(const fs::path& folder, const ManifestRow& row, const std::stop_token& stop)
{
    Portion portion;
    if (!inside(row.capture)) {
        portion.remarks.push_back(row.capture + ": lies outside the corpus and was not read");
        return portion;
    }
    const fs::path file = folder / row.capture;
    const auto read = flow::readFlows({file}, {.keepPlaces = false}, {}, {}, stop);
    if (!read) {
        portion.remarks.push_back(read.error().sentence());
        return portion;
    }
    if (read->damage)
        portion.remarks.push_back(read->damage->sentence() + "; what came before is used");
    std::vector<std::uint32_t> flows;
    fs::path labelFile = file;
    labelFile.replace_extension(".labels.csv");
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
    return portion;
}

void join(learn::Dataset& dataset, std::map<std::string, std::uint16_t>& classes,
          std::map<std::string, std::uint32_t>& sessions, const ManifestRow& row, const Portion& portion)
{
    if (portion.classes.empty())
        return;
    const auto [session, newSession] = sessions.emplace(row.session, static_cast<std::uint32_t>(sessions.size()));
    if (newSession)
        dataset.sessionNames.push_back(row.session);
    for (std::size_t i = 0; i < portion.classes.size(); ++i) {
        const auto [found, newClass] = classes.emplace(portion.classes[i], static_cast<std::uint16_t>(classes.size()));
        if (newClass) {
            dataset.classNames.push_back(portion.classes[i]);
            dataset.threatClass.push_back(portion.threats[i]);
        }
        dataset.classOf.push_back(found->second);
        dataset.sessionOf.push_back(session->second);
    }
    dataset.features.append(portion.features);
}

} // namespace

base::Result<CorpusReport> readCorpus(const fs::path& folder, const std::string& split,
                                      const base::ProgressSink& progress, const std::stop_token& stop)
{
    const auto manifest = readManifest(folder, split);
    if (!manifest)
        return failure(manifest.error());
    std::vector<Portion> portions(manifest->size());
    std::atomic<std::size_t> next = 0;
    const auto work = [&](bool reports) {
        for (std::size_t i = next.fetch_add(1); i < portions.size() && !stop.stop_requested(); i = next.fetch_add(1)) {
            portions[i] = readPortion(folder, (*manifest)[i], stop);
            if (reports && progress)
                progress({"reading the corpus", i, portions.size()});
        }
    };
    {
        const std::jthread second([&work] { work(false); });
        work(true);
    }
    if (stop.stop_requested())
        return failure(Error::Code::Cancelled, "reading the corpus was stopped");

    CorpusReport report;
    std::map<std::string, std::uint16_t> classes;
    std::map<std::string, std::uint32_t> sessions;
    std::set<std::string> sources;
    for (std::size_t i = 0; i < portions.size(); ++i) {
        join(report.dataset, classes, sessions, (*manifest)[i], portions[i]);
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
