// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/hunt/support_set.h"

namespace flowscent::hunt {

/// One act of labelling, undone as a whole however many flows it touched.
struct LabelAct {
    struct Change {
        flow::FlowId flow;
        Label before = Label::None;
        Label after = Label::None;
    };
    std::vector<Change> changes;
    std::string text; ///< "mark 3 flows as threat"
};

/// Acts done and undone. Owns the current SupportSet. Not thread-safe: it belongs to the session.
class LabelHistory {
public:
    [[nodiscard]] const SupportSet& support() const { return m_support; }
    /// Labels the flows; flows that have the label already are left out. False when nothing changed.
    bool assign(std::span<const flow::FlowId> flows, Label label);
    bool undo();
    bool redo();
    [[nodiscard]] std::optional<std::string> undoText() const;
    [[nodiscard]] std::optional<std::string> redoText() const;
    void clear(); ///< another capture: neither labels nor history stay

private:
    SupportSet m_support;
    std::vector<LabelAct> m_done;
    std::vector<LabelAct> m_undone;
};

} // namespace flowscent::hunt
