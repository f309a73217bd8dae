// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/store/library/library_tasks.h"

#include <algorithm>
#include <map>
#include <set>

namespace flowscent::store {

namespace {

constexpr std::size_t fewest = 4; ///< as learn::splitTask
constexpr const char* restClass = "background";

/// "beacon@2"
std::string called(const Bundle& bundle)
{
    return bundle.version == 0 ? bundle.name : bundle.name + "@" + std::to_string(bundle.version);
}

std::string sequenceOf(const features::FeatureSet& flows, std::uint32_t row)
{
    return learn::quantisedSequence(flows.sequences.row(row));
}

/// Rows of a bundle that its task is made of.
struct Chosen {
    std::vector<std::uint32_t> threats;
    std::vector<std::uint32_t> counters;
    std::vector<std::uint32_t> background;
    [[nodiscard]] std::size_t others() const { return counters.size() + background.size(); }
};

/// One flow of each sequence.
std::vector<std::uint32_t> distinctRows(const features::FeatureSet& flows, std::set<std::string>& seen)
{
    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 0; row < flows.size(); ++row) {
        if (seen.insert(sequenceOf(flows, row)).second)
            rows.push_back(row);
    }
    return rows;
}

/// Where a background flow lies, of all that have its sequence.
using Places = std::map<std::string, std::vector<std::pair<std::size_t, std::uint32_t>>>;

std::vector<Chosen> choose(std::span<const Bundle> bundles)
{
    std::vector<Chosen> chosen(bundles.size());
    std::set<std::string> seen; // examples of every detector
    for (std::size_t i = 0; i < bundles.size(); ++i) {
        std::set<std::string> own;
        chosen[i].threats = distinctRows(bundles[i].examples.threat, own);
        seen.merge(own);
    }
    for (std::size_t i = 0; i < bundles.size(); ++i)
        chosen[i].counters = distinctRows(bundles[i].examples.notThreat, seen);
    Places places;
    for (std::size_t i = 0; i < bundles.size(); ++i) {
        const features::FeatureSet& background = bundles[i].examples.background;
        for (std::uint32_t row = 0; row < background.size(); ++row) {
            if (auto sequence = sequenceOf(background, row); !seen.contains(sequence))
                places[std::move(sequence)].emplace_back(i, row);
        }
    }
    for (const auto& [sequence, candidates] : places) {
        const auto [bundle, row] = *std::ranges::min_element(
            candidates, {}, [&chosen](const auto& place) { return chosen[place.first].others(); });
        chosen[bundle].background.push_back(row);
    }
    return chosen;
}

void append(learn::Dataset& dataset, const features::FeatureSet& flows, const std::vector<std::uint32_t>& rows,
            std::uint16_t classIndex)
{
    if (rows.empty())
        return;
    dataset.features.append(flows.rows(rows));
    dataset.classOf.insert(dataset.classOf.end(), rows.size(), classIndex);
    dataset.sessionOf.insert(dataset.sessionOf.end(), rows.size(), 0);
}

learn::ContinualTask taskFrom(const Bundle& bundle, const Chosen& chosen)
{
    learn::ContinualTask task{.name = called(bundle), .flows = {}};
    task.flows.classNames = {bundle.name == restClass ? "the threat " + bundle.name : bundle.name, restClass};
    task.flows.threatClass = {true, false};
    task.flows.sessionNames = {bundle.name};
    append(task.flows, bundle.examples.threat, chosen.threats, 0);
    append(task.flows, bundle.examples.notThreat, chosen.counters, 1);
    append(task.flows, bundle.examples.background, chosen.background, 1);
    return task;
}

std::string tooFew(const Bundle& bundle, const Chosen& chosen)
{
    const std::string what = chosen.threats.size() < fewest
                                 ? std::to_string(chosen.threats.size()) + " distinct examples"
                                 : std::to_string(chosen.others()) + " distinct other flows of its own";
    return "'" + called(bundle) + "' has " + what +
           ", and four are the least that can be learned (two to learn from, two to be judged by)";
}

} // namespace

LibraryTasks tasksOf(std::span<const Bundle> bundles)
{
    LibraryTasks found;
    const auto chosen = choose(bundles);
    for (std::size_t i = 0; i < bundles.size(); ++i) {
        if (chosen[i].threats.size() < fewest || chosen[i].others() < fewest)
            found.leftOut.push_back(tooFew(bundles[i], chosen[i]));
        else
            found.tasks.push_back(taskFrom(bundles[i], chosen[i]));
    }
    return found;
}

} // namespace flowscent::store
