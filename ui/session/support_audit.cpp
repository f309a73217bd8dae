// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/support_audit.h"

#include "engine/base/random.h"
#include "engine/flow/flow_set.h"
#include "engine/store/packet_traits.h"

#include <algorithm>
#include <cmath>

namespace flowscent::ui {

namespace {

using detect::FlowTraits;
using detect::Trait;

constexpr std::uint32_t block = 8192; ///< flows between two looks at the stop token
constexpr std::uint64_t drawSeed = 1;

using Rows = std::vector<std::uint32_t>;

Rows rowsOf(const std::vector<flow::FlowId>& flows)
{
    Rows rows(flows.size());
    std::ranges::transform(flows, rows.begin(), &flow::FlowId::value);
    return rows;
}

/// Scored flows that the adaptation did not learn from, ascending.
Rows othersOf(const Scores& scores)
{
    const Adaptation& adaptation = *scores.adaptation;
    flow::FlowSet learnt(adaptation.threats);
    for (const auto* flows : {&adaptation.counters, &adaptation.background}) {
        for (const flow::FlowId flow : *flows)
            learnt.insert(flow);
    }
    Rows rows;
    for (std::uint32_t row = 0; row < scores.values.size(); ++row) {
        if (!std::isnan(scores.values[row]) && !learnt.contains(flow::FlowId(row)))
            rows.push_back(row);
    }
    return rows;
}

/// At most `most` of them, alarms before all others, ascending.
Rows someOf(Rows rows, const Scores& scores, std::size_t most)
{
    base::Rng(drawSeed).shuffle(std::span(rows));
    std::ranges::stable_partition(rows, [&](std::uint32_t row) { return scores.values[row] >= detect::alarmScore; });
    rows.resize(std::min(rows.size(), most));
    std::ranges::sort(rows);
    return rows;
}

std::vector<float> scoresOf(const Scores& scores, std::span<const std::uint32_t> rows)
{
    std::vector<float> values;
    for (const std::uint32_t row : rows)
        values.push_back(scores.values[row]);
    return values;
}

void add(detect::ShortcutConsequence& sum, const detect::ShortcutConsequence& more)
{
    sum.flowsWith += more.flowsWith;
    sum.flowsWithout += more.flowsWithout;
    sum.alarmsWith += more.alarmsWith;
    sum.alarmsWithout += more.alarmsWithout;
}

/// Over the whole table, piece by piece: a million traits at once would be a hundred megabytes.
void countConsequences(SupportAudit& audit, const std::stop_token& stop)
{
    const Scores& scores = *audit.scores;
    const Rows others = othersOf(scores);
    for (std::size_t from = 0; from < others.size() && !stop.stop_requested(); from += block) {
        const auto part = std::span(others).subspan(from, std::min<std::size_t>(block, others.size() - from));
        const auto traits = detect::flowTraits(*scores.adaptation->table, part);
        const auto values = scoresOf(scores, part);
        for (FoundShortcut& found : audit.shortcuts)
            add(found.consequence, detect::consequence(found.shortcut, traits, values));
    }
}

std::vector<FoundShortcut> foundAmong(std::span<const FlowTraits> examples, std::span<const FlowTraits> background)
{
    std::vector<FoundShortcut> found;
    for (const detect::Shortcut& shortcut : detect::findShortcuts(examples, background))
        found.push_back({.shortcut = shortcut, .consequence = {}});
    return found;
}

detect::DescribedInput inputOf(const Scores& scores)
{
    const Adaptation& adaptation = *scores.adaptation;
    const auto numbers = [&](const std::vector<flow::FlowId>& flows) { return scores.numbers->rows(rowsOf(flows)); };
    return {numbers(adaptation.threats), numbers(adaptation.counters), numbers(adaptation.background)};
}

tl::unexpected<base::Error> cancelled()
{
    return base::failure(base::Error::Code::Cancelled, "stopped");
}

} // namespace

std::map<flow::FlowId, flow::FlowId> SupportAudit::copies() const
{
    std::map<flow::FlowId, flow::FlowId> all;
    const auto& threats = scores->adaptation->threats;
    for (std::uint32_t i = 0; i < effective.copyOf.size(); ++i) {
        if (effective.copyOf[i] != i)
            all.emplace(threats[i], threats[effective.copyOf[i]]);
    }
    return all;
}

bool knownToTables(Trait trait)
{
    return trait != Trait::ClientHops && trait != Trait::ServerHops && trait != Trait::ClientMss &&
           trait != Trait::ServerMss;
}

SupportAudit auditSupport(std::shared_ptr<const Scores> scores, const std::stop_token& stop)
{
    SupportAudit audit{.scores = std::move(scores), .effective = {}};
    const Adaptation& adaptation = *audit.scores->adaptation;
    const auto input = inputOf(*audit.scores);
    audit.effective = detect::effectiveExamples(input.threat.embeddings, input.background.embeddings);
    audit.tooFew = detect::tooFewForShortcuts(adaptation.threats.size());
    if (!audit.tooFew.empty())
        return audit;
    audit.shortcuts = foundAmong(detect::flowTraits(*adaptation.table, rowsOf(adaptation.threats)),
                                 detect::flowTraits(*adaptation.table, rowsOf(adaptation.background)));
    countConsequences(audit, stop);
    return audit;
}

std::optional<SupportAudit> auditPackets(const SupportAudit& known, const flow::ReadOutcome& read,
                                         const std::stop_token& stop)
{
    SupportAudit audit = known;
    audit.packetsRead = true;
    const Scores& scores = *audit.scores;
    const Adaptation& adaptation = *scores.adaptation;
    const auto examples = store::packetTraits(read, rowsOf(adaptation.threats));
    if (stop.stop_requested())
        return std::nullopt;
    const auto background = store::packetTraits(read, rowsOf(adaptation.background));
    audit.shortcuts = foundAmong(examples, background);
    countConsequences(audit, stop);
    const bool more = std::ranges::any_of(
        audit.shortcuts, [](const FoundShortcut& found) { return !knownToTables(found.shortcut.trait); });
    if (!more || stop.stop_requested())
        return stop.stop_requested() ? std::nullopt : std::optional(std::move(audit));
    const Rows some = someOf(othersOf(scores), scores, mostSampled);
    const auto traits = store::packetTraits(read, some);
    for (FoundShortcut& found : audit.shortcuts) {
        if (knownToTables(found.shortcut.trait))
            continue;
        found.consequence = detect::consequence(found.shortcut, traits, scoresOf(scores, some));
        found.sampled = true;
    }
    return stop.stop_requested() ? std::nullopt : std::optional(std::move(audit));
}

base::Result<ExampleInfluences> exampleInfluences(std::shared_ptr<const Scores> scores,
                                                  const base::ProgressSink& progress, const std::stop_token& stop)
{
    const Adaptation& adaptation = *scores->adaptation;
    const auto input = inputOf(*scores);
    const auto flows = scores->numbers->rows(someOf(othersOf(*scores), *scores, mostJudged));
    const auto refit = detect::refitOf(*adaptation.foundation, input, adaptation.settings, flows);
    std::uint64_t done = 0;
    const std::uint64_t all = adaptation.threats.size() + 1;
    const detect::Refit told = [&](std::span<const std::uint32_t> examples) -> base::Result<detect::RefitAnswer> {
        if (stop.stop_requested())
            return cancelled();
        auto judgement = refit(examples);
        if (progress)
            progress({"adapting without each example", ++done, all});
        return judgement;
    };
    auto influences = detect::influences(adaptation.threats.size(), told, stop);
    if (!influences)
        return base::failure(influences.error());
    return ExampleInfluences{std::move(scores), std::move(*influences), flows.size()};
}

base::Result<RefitWithout> refitWithout(const Scores& scores, const detect::Shortcut& shortcut,
                                        const base::ProgressSink& progress, const std::stop_token& stop)
{
    if (!knownToTables(shortcut.trait))
        return base::failure(base::Error::Code::Argument,
                             "which flows share this is not in the table: it would take every packet again");
    const Adaptation& adaptation = *scores.adaptation;
    const flow::FlowTable& table = *adaptation.table;
    auto input = inputOf(scores);
    const auto kept = detect::without(shortcut, detect::flowTraits(table, rowsOf(adaptation.background)));
    RefitWithout answer{.backgroundLeftOut = input.background.size() - kept.size()};
    input.background = input.background.rows(kept);
    const auto detector = detect::adapt(*adaptation.foundation, input, adaptation.settings);
    if (!detector)
        return base::failure(detector.error());
    const Rows others = othersOf(scores);
    for (std::size_t from = 0; from < others.size(); from += block) {
        if (stop.stop_requested())
            return cancelled();
        const auto part = std::span(others).subspan(from, std::min<std::size_t>(block, others.size() - from));
        const auto fresh = detect::score(*detector, scores.numbers->rows(part));
        const auto traits = detect::flowTraits(table, part);
        const auto before = detect::consequence(shortcut, traits, scoresOf(scores, part));
        const auto after = detect::consequence(shortcut, traits, fresh);
        answer.alarmsBefore += before.alarmsWith + before.alarmsWithout;
        answer.alarmsAfter += after.alarmsWith + after.alarmsWithout;
        answer.alarmsLackingBefore += before.alarmsWithout;
        answer.alarmsLackingAfter += after.alarmsWithout;
        if (progress)
            progress({"scoring without it", from + part.size(), others.size()});
    }
    return answer;
}

} // namespace flowscent::ui
