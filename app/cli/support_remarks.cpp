// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/support_remarks.h"

#include "engine/base/random.h"
#include "engine/detect/support/effective_examples.h"
#include "engine/detect/support/shortcut_guard.h"
#include "engine/store/packet_traits.h"

#include <algorithm>

namespace flowscent::cli {

namespace {

constexpr std::size_t mostJudged = 2000;

/// Flows that adapting did not see, ascending.
std::vector<std::uint32_t> otherRows(const AdaptedFrom& adapted)
{
    std::vector<std::uint32_t> seen = adapted.threats;
    seen.insert(seen.end(), adapted.background.begin(), adapted.background.end());
    std::ranges::sort(seen);
    std::vector<std::uint32_t> rows;
    std::ranges::set_difference(flow::rowsWithPackets(*adapted.read.table), seen, std::back_inserter(rows));
    base::Rng rng(adapted.seed);
    rng.shuffle(std::span(rows));
    rows.resize(std::min(rows.size(), mostJudged));
    std::ranges::sort(rows);
    return rows;
}

/// Nothing when there is nothing to ask, or it cannot be asked.
void addConsequences(std::vector<std::string>& remarks, const std::vector<detect::Shortcut>& shortcuts,
                     const AdaptedFrom& adapted, const std::stop_token& stop)
{
    const auto rows = otherRows(adapted);
    const auto numbers = detect::describe(adapted.encoder, featuresOf(*adapted.read.table, rows), {}, stop);
    if (rows.empty() || !numbers)
        return;
    const auto scores = detect::score(adapted.detector, *numbers);
    const auto traits = store::packetTraits(adapted.read, rows);
    for (const detect::Shortcut& shortcut : shortcuts)
        remarks.push_back("of " + std::to_string(rows.size()) +
                          " other flows: " + sentence(shortcut, consequence(shortcut, traits, scores)));
}

} // namespace

features::FeatureSet featuresOf(const flow::FlowTable& table, const std::vector<std::uint32_t>& rows)
{
    features::FeatureSet set;
    for (const std::uint32_t row : rows)
        set.append(features::extract(table.record(flow::FlowId(row))));
    return set;
}

std::vector<std::string> supportRemarks(const AdaptedFrom& adapted, const std::stop_token& stop)
{
    std::vector<std::string> remarks;
    const auto& numbers = adapted.numbers;
    if (adapted.threats.size() > 1)
        remarks.push_back(
            sentence(detect::effectiveExamples(numbers.threat.embeddings, numbers.background.embeddings)));
    if (const std::string few = detect::tooFewForShortcuts(adapted.threats.size()); !few.empty()) {
        remarks.push_back(few);
        return remarks;
    }
    const auto shortcuts = detect::findShortcuts(store::packetTraits(adapted.read, adapted.threats),
                                                 store::packetTraits(adapted.read, adapted.background));
    for (const detect::Shortcut& shortcut : shortcuts)
        remarks.push_back("beware: " + sentence(shortcut));
    if (!shortcuts.empty())
        addConsequences(remarks, shortcuts, adapted, stop);
    return remarks;
}

} // namespace flowscent::cli
