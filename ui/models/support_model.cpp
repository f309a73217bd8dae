// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/support_model.h"

#include "ui/models/flow_text.h"

namespace flowscent::ui {

void SupportModel::setFlows(std::shared_ptr<const flow::FlowTable> table, std::vector<flow::FlowId> flows)
{
    if (table == m_table && flows == m_flows)
        return;
    beginResetModel();
    m_table = std::move(table);
    m_flows = std::move(flows);
    endResetModel();
}

int SupportModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_flows.size());
}

QVariant SupportModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const flow::FlowId flow = flowAt(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return QStringLiteral("#%1  %2").arg(flow.value + 1).arg(flowText(*m_table, flow));
    case Qt::ToolTipRole:
        return tr("%1 UTC, %2")
            .arg(dateTimeText(m_table->start[flow.value]), durationText(m_table->durationSeconds(flow)));
    case FlowRole:
        return flow.value;
    default:
        return {};
    }
}

} // namespace flowscent::ui
