// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "engine/flow/flow_set.h"

namespace flowscent::ui {

class FlowSelection;
class FlowTableModel;

/// What clicks and keys on rows do to the selection. The end that a range is drawn from is kept as a flow, so sorting
/// in between does not move it to another.
class RowChoice {
public:
    /// Both outlive it.
    RowChoice(const FlowTableModel& model, FlowSelection& selection);

    void only(int row);   ///< a click
    void toggle(int row); ///< Ctrl-click, Space
    /// Shift: every row from the last one that was clicked. With `keep`, beside what was chosen then.
    void extendTo(int row, bool keep);
    void all();    ///< every row that is shown
    void invert(); ///< the shown rows that were not chosen
    [[nodiscard]] bool contains(int row) const;

private:
    void setAnchor(int row);
    [[nodiscard]] int anchorRow(int otherwise) const;

    const FlowTableModel& m_model;
    FlowSelection& m_selection;
    std::optional<flow::FlowId> m_anchor;
    flow::FlowSet m_before; ///< chosen when the anchor was set
};

} // namespace flowscent::ui
