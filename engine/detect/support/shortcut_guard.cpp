// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/detect/support/shortcut_guard.h"

#include "engine/detect/detector.h"
#include "engine/detect/support/draw_chance.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <optional>

namespace flowscent::detect {

namespace {

/// Of one value: how many have it.
struct Holders {
    std::size_t examples = 0;
    std::size_t background = 0;

    [[nodiscard]] std::size_t all() const { return examples + background; }
};

/// Everything known of one trait.
struct Census {
    std::map<TraitValue, Holders> holders;
    Holders known;
};

Census countOf(Trait trait, std::span<const FlowTraits> examples, std::span<const FlowTraits> background)
{
    Census census;
    for (const FlowTraits& flow : examples) {
        if (const auto value = valueOf(flow, trait)) {
            ++census.holders[*value].examples;
            ++census.known.examples;
        }
    }
    for (const FlowTraits& flow : background) {
        if (const auto value = valueOf(flow, trait)) {
            ++census.holders[*value].background;
            ++census.known.background;
        }
    }
    return census;
}

bool few(std::size_t background, std::size_t of)
{
    return static_cast<double>(background) <= shortcutBackgroundShare * static_cast<double>(of);
}

/// Probability that some value would be as unlikely a find as `chance` if the examples were drawn among all flows of
/// which the trait is known: the sum over values bounds it.
double anyAsUnlikely(const Census& census, std::size_t least, double chance)
{
    constexpr double rounding = 1 + 1e-9;
    const Holders& known = census.known;
    double sum = 0;
    for (const auto& [value, holders] : census.holders) {
        for (std::size_t shared = least; shared <= std::min(holders.all(), known.examples); ++shared) {
            const double tail = sharedByChance(known.all(), known.examples, holders.all(), shared);
            if (tail <= chance * rounding) {
                sum += tail;
                break;
            }
        }
    }
    return std::min(sum, 1.0);
}

/// `least`: how many examples must have it.
std::optional<Shortcut> sharedValue(Trait trait, const Census& census, std::size_t least, std::size_t ofExamples)
{
    const Holders& known = census.known;
    std::optional<Shortcut> best;
    double leastChance = 1;
    for (const auto& [value, holders] : census.holders) {
        if (holders.examples < least || !few(holders.background, known.background))
            continue;
        const double chance = sharedByChance(known.all(), known.examples, holders.all(), holders.examples);
        if (best && chance >= leastChance)
            continue;
        leastChance = chance;
        best = Shortcut{.trait = trait,
                        .value = value,
                        .examples = static_cast<std::uint32_t>(holders.examples),
                        .ofExamples = static_cast<std::uint32_t>(ofExamples),
                        .background = static_cast<std::uint32_t>(holders.background),
                        .ofBackground = static_cast<std::uint32_t>(known.background)};
    }
    if (best)
        best->chance = anyAsUnlikely(census, least, leastChance);
    return best;
}

std::vector<base::Nanoseconds> startsOf(std::span<const FlowTraits> flows)
{
    std::vector<base::Nanoseconds> starts;
    for (const FlowTraits& flow : flows)
        starts.push_back(flow.start);
    std::ranges::sort(starts);
    return starts;
}

/// The window from the `first`th to the `last`th example.
Shortcut window(const std::vector<base::Nanoseconds>& examples, const std::vector<base::Nanoseconds>& background,
                std::size_t first, std::size_t last)
{
    const auto inside =
        std::ranges::upper_bound(background, examples[last]) - std::ranges::lower_bound(background, examples[first]);
    return {.trait = Trait::Time,
            .from = examples[first],
            .until = examples[last],
            .examples = static_cast<std::uint32_t>(last - first + 1),
            .ofExamples = static_cast<std::uint32_t>(examples.size()),
            .background = static_cast<std::uint32_t>(inside),
            .ofBackground = static_cast<std::uint32_t>(background.size())};
}

/// Two questions are asked, about all examples and about all but one: the chance of either is twice that of the better.
std::optional<Shortcut> sharedTime(std::span<const FlowTraits> examples, std::span<const FlowTraits> background)
{
    const auto mine = startsOf(examples);
    const auto others = startsOf(background);
    const std::size_t flows = mine.size() + others.size();
    const std::size_t last = mine.size() - 1;
    Shortcut all = window(mine, others, 0, last);
    Shortcut most = window(mine, others, 0, last - 1);
    if (Shortcut late = window(mine, others, 1, last); late.background < most.background)
        most = late;
    all.chance = std::min(1.0, 2 * windowByChance(flows, mine.size(), mine.size() + all.background));
    most.chance = std::min(1.0, 2 * windowOfAllButOneByChance(flows, mine.size(), mine.size() - 1 + most.background));
    for (const Shortcut& found : {all.chance <= most.chance ? all : most, all.chance <= most.chance ? most : all}) {
        if (few(found.background, found.ofBackground))
            return found;
    }
    return std::nullopt;
}

/// An address that says all that its network says.
bool coveredByAddress(const Shortcut& shortcut, const std::vector<Shortcut>& all)
{
    const auto covers = [&](Trait address) {
        return std::ranges::any_of(
            all, [&](const Shortcut& other) { return other.trait == address && other.examples >= shortcut.examples; });
    };
    return (shortcut.trait == Trait::ClientNetwork && covers(Trait::ClientAddress)) ||
           (shortcut.trait == Trait::ServerNetwork && covers(Trait::ServerAddress));
}

std::string counted(std::size_t count, const char* one, const char* many)
{
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string lasting(base::Nanoseconds from, base::Nanoseconds until)
{
    const double seconds = (static_cast<double>(until) - static_cast<double>(from)) / base::nanosecondsPerSecond;
    char text[48];
    if (seconds < 120)
        std::snprintf(text, sizeof text, "%.1f s", seconds);
    else if (seconds < 7200)
        std::snprintf(text, sizeof text, "%.0f minutes", seconds / 60);
    else
        std::snprintf(text, sizeof text, "%.1f hours", seconds / 3600);
    return text;
}

/// "server port 4444", "the 3.0 s from 2014-04-28T02:34:16.898430+0000 on".
std::string named(const Shortcut& shortcut)
{
    if (shortcut.trait == Trait::Time)
        return "the " + lasting(shortcut.from, shortcut.until) + " from " + base::isoText(shortcut.from) + " on";
    return std::string(text(shortcut.trait)) + " " + text(shortcut.value, shortcut.trait);
}

} // namespace

bool has(const FlowTraits& flow, const Shortcut& shortcut)
{
    if (shortcut.trait == Trait::Time)
        return flow.start >= shortcut.from && flow.start <= shortcut.until;
    return valueOf(flow, shortcut.trait) == shortcut.value;
}

std::vector<Shortcut> findShortcuts(std::span<const FlowTraits> examples, std::span<const FlowTraits> background)
{
    std::vector<Shortcut> found;
    if (examples.size() < leastShortcutExamples || background.empty())
        return found;
    const std::size_t least = examples.size() - 1;
    std::size_t traits = 1; // time is always known
    for (std::uint8_t index = 0; index < static_cast<std::uint8_t>(Trait::Time); ++index) {
        const auto trait = static_cast<Trait>(index);
        const Census census = countOf(trait, examples, background);
        if (census.known.all() == 0)
            continue;
        ++traits;
        if (census.known.examples < least || census.known.background == 0)
            continue;
        if (const auto shared = sharedValue(trait, census, least, examples.size()))
            found.push_back(*shared);
    }
    if (const auto shared = sharedTime(examples, background))
        found.push_back(*shared);
    for (Shortcut& shortcut : found)
        shortcut.chance = std::min(1.0, shortcut.chance * static_cast<double>(traits));
    std::erase_if(found, [](const Shortcut& shortcut) { return shortcut.chance > shortcutChance; });
    const std::vector<Shortcut> all = found;
    std::erase_if(found, [&](const Shortcut& shortcut) { return coveredByAddress(shortcut, all); });
    std::ranges::stable_sort(found, {}, &Shortcut::chance);
    return found;
}

std::string tooFewForShortcuts(std::size_t examples)
{
    if (examples >= leastShortcutExamples)
        return {};
    return "with fewer than " + std::to_string(leastShortcutExamples) +
           " examples nobody can tell whether an address, a port or a time is what they have in common";
}

std::string sentence(const Shortcut& shortcut)
{
    const bool all = shortcut.examples == shortcut.ofExamples;
    const bool time = shortcut.trait == Trait::Time;
    return (all ? "all " : "all but one of ") + counted(shortcut.ofExamples, "example", "examples") +
           (time ? " began in " : " have ") + named(shortcut) + ", as " + (time ? "did " : "have ") +
           std::to_string(shortcut.background) + " of " + counted(shortcut.ofBackground, "other flow", "other flows");
}

ShortcutConsequence consequence(const Shortcut& shortcut, std::span<const FlowTraits> flows,
                                std::span<const float> scores)
{
    assert(flows.size() == scores.size());
    ShortcutConsequence counts;
    for (std::size_t i = 0; i < flows.size(); ++i) {
        if (std::isnan(scores[i]))
            continue;
        const bool alarm = scores[i] >= alarmScore;
        const bool with = has(flows[i], shortcut);
        ++(with ? counts.flowsWith : counts.flowsWithout);
        if (alarm)
            ++(with ? counts.alarmsWith : counts.alarmsWithout);
    }
    return counts;
}

std::string sentence(const Shortcut& shortcut, const ShortcutConsequence& consequence)
{
    const std::size_t alarms = consequence.alarmsWith + consequence.alarmsWithout;
    const bool time = shortcut.trait == Trait::Time;
    const std::string what = (time ? "began in " : "share ") + named(shortcut);
    if (alarms == 0)
        return "no other flow is an alarm, so nothing tells whether " + named(shortcut) + " matters";
    if (consequence.flowsWithout == 0)
        return "every scored flow has " + named(shortcut) + ", so nothing tells whether it matters";
    const std::string choice = ". The model sees no address, port, hop limit, segment size or clock time: it is the "
                               "choice of examples that may be narrow";
    if (consequence.alarmsWith == 0)
        return "none of " + counted(alarms, "alarm", "alarms") + " " + (time ? "" : "has ") +
               (time ? what : named(shortcut)) + ": what was learnt goes beyond it";
    return std::to_string(consequence.alarmsWith) + " of " + counted(alarms, "alarm", "alarms") + " " + what +
           "; without them " + std::to_string(consequence.alarmsWithout) +
           (consequence.alarmsWithout == 1 ? " remains" : " remain") + choice;
}

std::vector<std::uint32_t> without(const Shortcut& shortcut, std::span<const FlowTraits> background)
{
    std::vector<std::uint32_t> places;
    for (std::uint32_t i = 0; i < background.size(); ++i) {
        if (!has(background[i], shortcut))
            places.push_back(i);
    }
    return places;
}

} // namespace flowscent::detect
