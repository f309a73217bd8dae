// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/dissection_model.h"

namespace flowscent::ui {

void DissectionModel::setDissection(std::shared_ptr<const Dissection> dissection)
{
    beginResetModel();
    m_dissection = std::move(dissection);
    endResetModel();
}

QModelIndex DissectionModel::indexOf(std::uint32_t node) const
{
    return createIndex(static_cast<int>(m_dissection->nodes[node].row), 0, static_cast<quintptr>(node));
}

QModelIndex DissectionModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    const auto place = static_cast<std::size_t>(row);
    return indexOf(parent.isValid() ? m_dissection->child(static_cast<std::uint32_t>(parent.internalId()), place)
                                    : m_dissection->packets[place]);
}

QModelIndex DissectionModel::parent(const QModelIndex& child) const
{
    if (!child.isValid() || !m_dissection)
        return {};
    const std::uint32_t above = at(child).parent;
    return above == DissectedNode::none ? QModelIndex() : indexOf(above);
}

int DissectionModel::rowCount(const QModelIndex& parent) const
{
    if (!m_dissection || parent.column() > 0)
        return 0;
    return static_cast<int>(parent.isValid() ? m_dissection->childCount(static_cast<std::uint32_t>(parent.internalId()))
                                             : m_dissection->packets.size());
}

int DissectionModel::columnCount(const QModelIndex& parent) const
{
    return parent.column() > 0 ? 0 : 1;
}

QVariant DissectionModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole || role == Qt::ToolTipRole)
        return at(index).text;
    return {};
}

} // namespace flowscent::ui
