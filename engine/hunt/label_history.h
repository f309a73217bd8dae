// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/hunt/label_act.h"

namespace flowscent::hunt {

/// Everything that the hunter did to flows, in one stack of acts done and one of acts undone, and the marks that come
/// of it. Acts on the same flows of the same kind within a second become one step back; `latest` still tells them
/// apart. A million flows in one act take a few hundredths of a second. The oldest acts are forgotten when all together
/// touched more than `mostChanges` flows (12 bytes each); the marks stay. Not thread-safe: it belongs to one owner.
///
/// Every function that does something returns false when nothing was changed, and then leaves the stacks alone.
class LabelHistory {
public:
    static constexpr std::size_t mostChanges = 16'000'000;

    /// The labels as the active threat's hunt sees them.
    [[nodiscard]] const SupportSet& support() const { return m_support; }
    [[nodiscard]] const Marks& marks() const { return m_marks; }

    /// Labels the flows; flows that have the label already are left out. Threat means the active one.
    bool assign(std::span<const flow::FlowId> flows, Label label, const ActContext& context = {});
    /// Makes the flows examples of a threat, which comes into being with a name of its own where it is new, as do those
    /// before it. The active one stays. False beyond mostThreats, too.
    bool assignThreat(std::span<const flow::FlowId> flows, ThreatNumber threat, const ActContext& context = {});
    bool bookmark(std::span<const flow::FlowId> flows, bool bookmarked, const ActContext& context = {});
    bool skip(flow::FlowId flow, const ActContext& context = {});
    /// Texts are tidied; an empty one takes the note away.
    bool note(std::span<const flow::FlowId> flows, std::string_view text, const ActContext& context = {});
    /// Adds a threat and makes it the active one. False for a name that is empty or taken.
    bool addThreat(std::string_view name, const ActContext& context = {});
    bool renameThreat(ThreatNumber threat, std::string_view name, const ActContext& context = {});
    /// Not an act: nothing that was said of flows changes.
    bool chooseThreat(ThreatNumber threat);
    /// Null: a sample drawn at random again.
    bool setBackground(std::shared_ptr<const flow::FlowSet> flows, const ActContext& context = {});
    /// Takes away all marks and notes; names of threats stay.
    bool forget(const ActContext& context = {});

    bool undo();
    bool redo();
    [[nodiscard]] std::optional<std::string> undoText() const;
    [[nodiscard]] std::optional<std::string> redoText() const;
    /// What was done last, alone even where it was merged with what came before it. Null at the beginning.
    [[nodiscard]] std::shared_ptr<const LabelAct> latest() const { return m_latest; }
    /// The next to be undone or redone; null without any.
    [[nodiscard]] std::shared_ptr<const LabelAct> toUndo() const { return m_done.empty() ? nullptr : m_done.back(); }
    [[nodiscard]] std::shared_ptr<const LabelAct> toRedo() const
    {
        return m_undone.empty() ? nullptr : m_undone.back();
    }

    /// Acts of earlier days, oldest first, come before those of today, whose word is the last. What they found is
    /// worked out anew; what would be redone is forgotten.
    void restore(const std::vector<LabelAct>& acts);
    /// Names the acts to come "program:1", "program:2", ...
    void setProgram(std::string program) { m_program = std::move(program); }
    void clear(); ///< another capture: neither marks nor history stay, but numbers go on

private:
    using Act = std::shared_ptr<const LabelAct>;

    bool markAll(std::span<const flow::FlowId> flows, LabelAct act, const auto& change);
    bool perform(LabelAct act);
    void put(const LabelAct& act, bool forward);
    void push(Act act);
    void trim();

    Marks m_marks;
    SupportSet m_support;
    std::vector<Act> m_done;
    std::vector<Act> m_undone;
    Act m_latest;
    std::string m_program;
    std::uint64_t m_number = 0;
};

} // namespace flowscent::hunt
