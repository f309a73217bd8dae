// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/share_model.h"

namespace flowscent::ui {

namespace {

/// What is there is never shown as nothing, nor what is not all as everything.
QString percentText(double share)
{
    if (share > 0 && share < 0.001)
        return QStringLiteral("< 0.1 %");
    if (share < 1 && share > 0.999)
        return QStringLiteral("> 99.9 %");
    return QStringLiteral("%1 %").arg(100 * share, 0, 'f', 1);
}

} // namespace

void ShareModel::setRows(std::vector<ShareRow> rows, const flow::Amount& whole, ShareMeasure measure)
{
    beginResetModel();
    m_rows = std::move(rows);
    m_whole = whole;
    m_measure = measure;
    endResetModel();
}

int ShareModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

double ShareModel::share(const ShareRow& row) const
{
    const std::uint64_t all = valueOf(m_whole, m_measure);
    return all == 0 ? 0 : static_cast<double>(valueOf(row.amount, m_measure)) / static_cast<double>(all);
}

QVariant ShareModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const ShareRow& row = m_rows[static_cast<std::size_t>(index.row())];
    const QString value = valueText(valueOf(row.amount, m_measure), m_measure);
    switch (role) {
    case Qt::DisplayRole:
        return row.name;
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2, %3").arg(row.name, value, percentText(share(row)));
    case Qt::ToolTipRole: {
        const QString words = QStringLiteral("%1: %2, %3").arg(row.name, value, percentText(share(row)));
        return row.expression.isEmpty() ? words : tr("%1\nClick to show only these: %2").arg(words, row.expression);
    }
    case ValueRole:
        return value;
    case ShareRole:
        return share(row);
    case PercentRole:
        return percentText(share(row));
    case ExpressionRole:
        return row.expression;
    default:
        return {};
    }
}

} // namespace flowscent::ui
