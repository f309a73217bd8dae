// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/corpus_check.h"

#include "engine/base/each_index.h"
#include "engine/flow/read_flows.h"
#include "engine/store/label_file.h"

#include <algorithm>

namespace flowscent::store {

namespace fs = std::filesystem;
using base::Error;
using base::failure;

namespace {

constexpr std::size_t namedFlows = 3; ///< in one sentence

/// What the check of one capture gave; captures are checked in parallel and reported in the manifest's order.
struct Portion {
    bool hasLabels = false;
    std::uint64_t flows = 0;
    std::uint64_t labels = 0;
    std::uint64_t unlabelled = 0;
    std::uint64_t withoutFlow = 0;
    std::uint64_t doubles = 0;
    std::vector<std::pair<ProblemKind, std::string>> problems;
};

std::string describe(const packet::Endpoint& from, const packet::Endpoint& to, std::uint8_t protocol,
                     base::Nanoseconds start)
{
    return text(from.address) + " port " + std::to_string(from.port) + " to " + text(to.address) + " port " +
           std::to_string(to.port) + " " + flow::protocolText(protocol) + " at " + base::epochText(start);
}

std::string describe(const flow::FlowTable& table, std::uint32_t flow)
{
    return describe(table.client[flow], table.server[flow], table.protocol[flow], table.start[flow]);
}

std::string describe(const LabelRow& row)
{
    return "line " + std::to_string(row.line) + " (" + describe(row.source, row.destination, row.protocol, row.start) +
           ")";
}

/// Counts things and describes the first few.
class Tally {
public:
    void add(const std::function<std::string()>& description)
    {
        if (count++ < namedFlows)
            m_named += (m_named.empty() ? "" : "; ") + description();
    }
    [[nodiscard]] std::string sentence(const std::string& capture, const std::string& of, const std::string& what) const
    {
        return capture + ": " + std::to_string(count) + " of " + of + " " + what + ": " + m_named +
               (count > namedFlows ? "; ..." : "");
    }

    std::uint64_t count = 0;

private:
    std::string m_named;
};

void checkLabels(const flow::FlowTable& table, const std::vector<LabelRow>& labels, const Manifest& manifest,
                 std::size_t row, Portion& portion)
{
    const LabelMatches matches = matchLabels(table, labels);
    Tally unlabelled;
    Tally withoutFlow;
    Tally doubles;
    Tally strangers;
    std::vector<bool> taken(table.size());
    for (const LabelMatch& match : matches.matched) {
        if (taken[match.flow.value])
            doubles.add([&] { return describe(labels[match.row]); });
        taken[match.flow.value] = true;
    }
    for (const std::size_t index : matches.unmatched)
        withoutFlow.add([&] { return describe(labels[index]); });
    for (std::uint32_t flow = 0; flow < table.size(); ++flow) {
        if (!taken[flow])
            unlabelled.add([&] { return describe(table, flow); });
    }
    const std::string& name = manifest.field(row, "class");
    for (const LabelRow& label : labels) {
        if (label.label != name && !label.benign())
            strangers.add([&] { return "'" + label.label.substr(0, 40) + "' in line " + std::to_string(label.line); });
    }

    const std::string& capture = manifest.field(row, "capture");
    const std::string ofFlows = std::to_string(table.size()) + " flows";
    const std::string ofLabels = std::to_string(labels.size()) + " labels";
    const auto report = [&](const Tally& tally, const std::string& of, const char* what) {
        if (tally.count > 0)
            portion.problems.emplace_back(ProblemKind::Labels, tally.sentence(capture, of, what));
    };
    report(unlabelled, ofFlows, "have no label");
    report(withoutFlow, ofLabels, "have no flow");
    report(doubles, ofLabels, "belong to a flow that has one already");
    report(strangers, ofLabels, "are neither the capture's class nor background");
    portion.unlabelled = unlabelled.count;
    portion.withoutFlow = withoutFlow.count;
    portion.doubles = doubles.count;
}

void checkLabelFile(const fs::path& folder, const flow::FlowTable& table, const Manifest& manifest, std::size_t row,
                    const CheckSettings& settings, Portion& portion)
{
    const std::string name = labelsBeside(manifest.field(row, "capture")).string();
    std::error_code unknown;
    if (fs::symlink_status(folder / name, unknown).type() == fs::file_type::not_found)
        return;
    portion.hasLabels = true;
    const auto file = corpusFile(folder, name, settings.links);
    const auto labels = file ? readLabels(*file) : base::Result<std::vector<LabelRow>>(failure(file.error()));
    if (!labels) {
        portion.problems.emplace_back(ProblemKind::Labels, name + ": " + labels.error().what);
        return;
    }
    portion.labels = labels->size();
    checkLabels(table, *labels, manifest, row, portion);
}

Portion checkCapture(const fs::path& folder, const Manifest& manifest, std::size_t row, const CheckSettings& settings,
                     const std::stop_token& stop)
{
    Portion portion;
    const std::string& capture = manifest.field(row, "capture");
    if (capture.empty())
        return portion; // said of the row already
    const auto bad = [&](const std::string& what) {
        portion.problems.emplace_back(ProblemKind::Capture, capture + ": " + what);
    };
    const auto file = corpusFile(folder, capture, settings.links);
    if (!file) {
        bad(file.error().what);
        return portion;
    }
    const auto read = flow::readFlows({*file}, {.keepPlaces = false}, {}, {}, stop, flow::Reading::OneThread);
    if (!read) {
        bad(read.error().what);
        return portion;
    }
    portion.flows = read->table->size();
    if (read->damage)
        bad(read->damage->what + ", after " + std::to_string(read->counters.packets) + " packets");
    else if (portion.flows == 0)
        bad("holds no flow");
    if (!read->cancelled)
        checkLabelFile(folder, *read->table, manifest, row, settings, portion);
    return portion;
}

} // namespace

base::Result<CorpusCheck> checkCorpus(const fs::path& folder, const CheckSettings& settings,
                                      const base::ProgressSink& progress, const std::stop_token& stop)
{
    const auto reading = surveyManifest(folder);
    if (!reading)
        return failure(reading.error());
    const Manifest& manifest = reading->manifest;
    CorpusCheck check{.captures = manifest.size(), .problems = Problems(settings.named)};
    for (std::uint64_t bad = 0; bad < reading->badRowCount; ++bad)
        check.problems.add(ProblemKind::Row,
                           bad < reading->badRows.size() ? reading->badRows[bad].what : std::string("a further row"));
    if (manifest.size() == 0)
        check.problems.add(ProblemKind::Row, "the manifest names no capture");
    checkManifest(manifest, check.problems);

    std::vector<Portion> portions(manifest.size());
    base::eachIndex(
        portions.size(), [&](std::size_t row) { portions[row] = checkCapture(folder, manifest, row, settings, stop); },
        "checking the corpus", progress, stop);
    if (stop.stop_requested())
        return failure(Error::Code::Cancelled, "checking the corpus was stopped", folder.string());
    for (Portion& portion : portions) {
        check.captureLabelled += portion.hasLabels ? 0U : 1U;
        check.flows += portion.flows;
        check.labels += portion.labels;
        check.unlabelledFlows += portion.unlabelled;
        check.labelsWithoutFlow += portion.withoutFlow;
        check.doubleLabels += portion.doubles;
        for (auto& [kind, sentence] : portion.problems)
            check.problems.add(kind, std::move(sentence));
    }
    return check;
}

} // namespace flowscent::store
