// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/detect/support/flow_traits.h"

namespace flowscent::detect {

/// Something that examples of the threat have in common and other flows have not, and that chance does not explain.
/// Plain value.
struct Shortcut {
    Trait trait = Trait::Count;
    TraitValue value;            ///< but for Time
    base::Nanoseconds from = 0;  ///< Time: the window, both ends in it
    base::Nanoseconds until = 0; ///< Time
    std::uint32_t examples = 0;  ///< that have it: all, or all but one
    std::uint32_t ofExamples = 0;
    std::uint32_t background = 0;   ///< flows that have it
    std::uint32_t ofBackground = 0; ///< flows of which it is known
    double chance = 1; ///< bound on the probability of finding anything as telling among all traits, were there nothing
};

/// Whether a flow has what the examples share.
[[nodiscard]] bool has(const FlowTraits& flow, const Shortcut& shortcut);

inline constexpr std::size_t leastShortcutExamples = 3;
inline constexpr double shortcutChance = 0.05;         ///< how often a clean support may be warned of, at most
inline constexpr double shortcutBackgroundShare = 0.1; ///< what more of the background have tells nothing apart

/// Looks for values that all examples or all but one have, at most a tenth of the background has, and that a draw of
/// as many flows from examples and background together would show at most once in twenty times. Of each trait the
/// probability that any value were as telling as the most telling one is summed over the values (hypergeometric tails;
/// windows of time have a closed form), and multiplied by the number of traits known (Bonferroni), so that a support
/// without a shortcut is warned of in at most 5 % of cases, over all traits together. A network is left out where its
/// one address already says the same. At most one for each trait, the most telling first.
///
/// Nothing for fewer than three examples: two flows share something by nature (see tooFewForShortcuts). With three, and
/// a background of 64 flows that do not have it, a planted value is always found. Background flows are unlabelled and
/// may hold the threat. Any thread.
[[nodiscard]] std::vector<Shortcut> findShortcuts(std::span<const FlowTraits> examples,
                                                  std::span<const FlowTraits> background);

/// Why nothing was looked for; empty when there are enough examples.
[[nodiscard]] std::string tooFewForShortcuts(std::size_t examples);

/// "all 5 examples have server port 4444, as have 2 of 256 other flows".
[[nodiscard]] std::string sentence(const Shortcut& shortcut);

/// What a shortcut has to do with the detector's alarms. Plain value.
struct ShortcutConsequence {
    std::size_t flowsWith = 0;
    std::size_t flowsWithout = 0;
    std::size_t alarmsWith = 0; ///< flows that have it and score 0.5 or more
    std::size_t alarmsWithout = 0;

    friend bool operator==(const ShortcutConsequence&, const ShortcutConsequence&) = default;
};
/// Over flows that are no examples; `scores[i]` is the score of `flows[i]`, NaN for none (not counted).
[[nodiscard]] ShortcutConsequence consequence(const Shortcut& shortcut, std::span<const FlowTraits> flows,
                                              std::span<const float> scores);
/// "62 of 70 alarms share server port 4444; without them 8 remain. The model sees no addresses, ports, hop limits,
/// segment sizes or time of day: it is the choice of examples that is narrow." Other words where no alarm shares it, or
/// nothing outside it was scored.
[[nodiscard]] std::string sentence(const Shortcut& shortcut, const ShortcutConsequence& consequence);

/// Places in `background` of the flows that do not have it, ascending: what to adapt on again for the held-out
/// question, whether the threat is found without flows in the background that share it.
[[nodiscard]] std::vector<std::uint32_t> without(const Shortcut& shortcut, std::span<const FlowTraits> background);

} // namespace flowscent::detect
