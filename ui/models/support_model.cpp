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

void SupportModel::setRemarks(std::map<flow::FlowId, QString> remarks)
{
    if (remarks == m_remarks)
        return;
    m_remarks = std::move(remarks);
    if (!m_flows.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1));
}

int SupportModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_flows.size());
}

/// At the end: lists elide in the middle.
QString SupportModel::remarked(flow::FlowId flow, const QString& text) const
{
    const auto remark = m_remarks.find(flow);
    return remark == m_remarks.end() ? text : QStringLiteral("%1  (%2)").arg(text, remark->second);
}

QVariant SupportModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const flow::FlowId flow = flowAt(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return remarked(flow, QStringLiteral("#%1  %2").arg(flow.value + 1).arg(flowText(*m_table, flow)));
    case Qt::ToolTipRole:
        return remarked(
            flow, tr("%1 UTC, %2")
                      .arg(dateTimeText(m_table->start[flow.value]), durationText(m_table->durationSeconds(flow))));
    case FlowRole:
        return flow.value;
    default:
        return {};
    }
}

} // namespace flowscent::ui
