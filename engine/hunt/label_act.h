// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/timestamp.h"
#include "engine/hunt/marks.h"

namespace flowscent::hunt {

enum class ActKind : std::uint8_t {
    Label,      ///< labels, of whatever threat
    Bookmark,   ///< set or taken away
    Note,       ///< the short text of flows
    Threats,    ///< a threat was added or renamed
    Background, ///< other flows stand for normal traffic
    Skip,       ///< a suggestion was passed over
    Forget      ///< all marks and notes were taken away
};
/// "label", "bookmark", ... as journals write it.
[[nodiscard]] std::string_view text(ActKind kind);
[[nodiscard]] std::optional<ActKind> actKind(std::string_view text);

/// Who acted, when, why, and what was on the screen then.
struct ActContext {
    base::Nanoseconds time = 0; ///< since 1970, UTC; 0: unknown
    std::string user;
    std::string reason;         ///< as the hunter gave it; mostly empty
    std::uint64_t revision = 0; ///< of the adaptation whose scores were shown; 0 for none

    friend bool operator==(const ActContext&, const ActContext&) = default;
};

struct MarkChange {
    flow::FlowId flow;
    Mark before;
    Mark after;
    friend bool operator==(const MarkChange&, const MarkChange&) = default;
};

struct NoteChange {
    flow::FlowId flow;
    std::string before;
    std::string after;
    friend bool operator==(const NoteChange&, const NoteChange&) = default;
};

struct ThreatsChange {
    Threats before;
    Threats after;
    friend bool operator==(const ThreatsChange&, const ThreatsChange&) = default;
};

struct BackgroundChange {
    std::shared_ptr<const flow::FlowSet> before;
    std::shared_ptr<const flow::FlowSet> after;
};

/// Names acts: the running program that made them and their running numbers there. Acts that were merged are a range.
struct ActName {
    std::string program;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    friend bool operator==(const ActName&, const ActName&) = default;
};

/// One thing that the hunter did, undone as a whole however many flows it touched. Never changed once it is done, so
/// any thread may read it.
struct LabelAct {
    ActKind kind = ActKind::Label;
    std::string text; ///< "mark 3 flows as threat"
    ActContext context;
    ActName name;
    std::vector<MarkChange> marks;
    std::vector<NoteChange> notes;
    std::optional<ThreatsChange> threats;
    std::optional<BackgroundChange> background;

    [[nodiscard]] bool empty() const { return marks.empty() && notes.empty() && !threats && !background; }
    /// Flows whose marks or notes it touched.
    [[nodiscard]] std::size_t flows() const { return marks.size() + notes.size(); }
};

} // namespace flowscent::hunt
