// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/progress.h"
#include "engine/detect/support/effective_examples.h"
#include "engine/detect/support/influence.h"
#include "engine/detect/support/shortcut_guard.h"
#include "engine/flow/read_flows.h"
#include "ui/session/scores.h"

/// Questions to an adaptation about its examples: pure functions for a lane, their answers plain values.
namespace flowscent::ui {

/// A shortcut and what it has to do with the alarms.
struct FoundShortcut {
    detect::Shortcut shortcut;
    detect::ShortcutConsequence consequence; ///< over flows that are neither examples nor background
    bool sampled = false;                    ///< over some of them: packets had to be read again
};

/// What is known of the examples of one adaptation. Never changed; any thread may read it.
struct SupportAudit {
    std::shared_ptr<const Scores> scores; ///< complete
    detect::EffectiveExamples effective;  ///< of adaptation->threats, in that order
    std::string tooFew;                   ///< why no shortcut was looked for; empty where some were
    std::vector<FoundShortcut> shortcuts; ///< the most telling first
    bool packetsRead = false;             ///< whether hop limits and segment sizes were looked at, too

    /// Examples that are near copies of another, and of which.
    [[nodiscard]] std::map<flow::FlowId, flow::FlowId> copies() const;
};

/// By what the table knows: addresses, ports, times.
[[nodiscard]] SupportAudit auditSupport(std::shared_ptr<const Scores> scores, const std::stop_token& stop);
/// With hop limits and segment sizes, which takes the packets of examples, background and up to mostSampled flows.
/// `read` is where the adaptation's table came from. Nothing when stopped.
inline constexpr std::size_t mostSampled = 2000;
[[nodiscard]] std::optional<SupportAudit> auditPackets(const SupportAudit& known, const flow::ReadOutcome& read,
                                                       const std::stop_token& stop);

/// What dropping each example would change.
struct ExampleInfluences {
    std::shared_ptr<const Scores> scores;
    std::vector<detect::Influence> influences; ///< of adaptation->threats, in that order
    std::size_t judged = 0;                    ///< flows that the influences were counted over
};
inline constexpr std::size_t mostJudged = 5000; ///< a draw of the flows; alarms first
/// Progress is told in adaptations. Errors as of detect::influences.
[[nodiscard]] base::Result<ExampleInfluences> exampleInfluences(std::shared_ptr<const Scores> scores,
                                                                const base::ProgressSink& progress,
                                                                const std::stop_token& stop);

/// An adaptation that never saw background flows with the shortcut: it cannot tell them from the threat by having seen
/// them. Counted over flows that are no examples.
struct RefitWithout {
    std::size_t backgroundLeftOut = 0;
    std::size_t alarmsBefore = 0;
    std::size_t alarmsAfter = 0;
    std::size_t alarmsLackingBefore = 0; ///< of them without the shortcut
    std::size_t alarmsLackingAfter = 0;
};
/// `traits` of the whole table are looked at in passing; for hop limits and segment sizes, which take packets, the
/// flows without it cannot be counted: Argument error. Errors as of detect::adapt; Cancelled.
[[nodiscard]] base::Result<RefitWithout> refitWithout(const Scores& scores, const detect::Shortcut& shortcut,
                                                      const base::ProgressSink& progress, const std::stop_token& stop);
/// Whether the table alone says which flows have it.
[[nodiscard]] bool knownToTables(detect::Trait trait);

} // namespace flowscent::ui
