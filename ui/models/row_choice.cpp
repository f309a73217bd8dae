// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/row_choice.h"

#include "ui/models/flow_selection.h"
#include "ui/models/flow_table_model.h"

#include <algorithm>
#include <span>

namespace flowscent::ui {

RowChoice::RowChoice(const FlowTableModel& model, FlowSelection& selection)
    : m_model(model)
    , m_selection(selection)
{
}

void RowChoice::only(int row)
{
    const flow::FlowId flow = m_model.flowAt(row);
    m_selection.select(std::vector{flow});
    setAnchor(row);
}

void RowChoice::toggle(int row)
{
    const flow::FlowId flow = m_model.flowAt(row);
    flow::FlowSet flows = m_selection.set();
    if (flows.contains(flow))
        flows.erase(flow);
    else
        flows.insert(flow);
    m_selection.select(std::move(flows));
    setAnchor(row);
}

void RowChoice::extendTo(int row, bool keep)
{
    const int anchor = anchorRow(row);
    if (anchor == row && !m_anchor)
        setAnchor(row);
    const auto [first, last] = std::minmax(anchor, row);
    const auto rows =
        std::span(m_model.rows()).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first) + 1);
    flow::FlowSet flows = flow::FlowSet::ofRows(rows);
    if (keep)
        flows.unite(m_before);
    m_selection.select(std::move(flows));
}

void RowChoice::all()
{
    const auto table = m_model.table();
    const auto& rows = m_model.rows();
    if (!table)
        return;
    m_selection.select(rows.size() == table->size() ? flow::FlowSet::firstOf(rows.size())
                                                    : flow::FlowSet::ofRows(rows));
}

void RowChoice::invert()
{
    flow::FlowSet flows = flow::FlowSet::ofRows(m_model.rows());
    flows.subtract(m_selection.set());
    m_selection.select(std::move(flows));
}

bool RowChoice::contains(int row) const
{
    return m_selection.contains(m_model.flowAt(row));
}

void RowChoice::setAnchor(int row)
{
    m_anchor = m_model.flowAt(row);
    m_before = m_selection.set();
}

/// Another panel may have chosen, or a filter taken the anchor away: then a range begins where it is asked for.
int RowChoice::anchorRow(int otherwise) const
{
    const int row = m_anchor ? m_model.rowOf(*m_anchor) : -1;
    return row < 0 ? otherwise : row;
}

} // namespace flowscent::ui
