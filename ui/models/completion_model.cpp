// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/completion_model.h"

#include "ui/models/flow_text.h"

#include <utility>

namespace flowscent::ui {

void CompletionModel::show(std::vector<hunt::Completion> offers)
{
    beginResetModel();
    m_offers = std::move(offers);
    endResetModel();
}

int CompletionModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_offers.size());
}

int CompletionModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : Columns;
}

QVariant CompletionModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const hunt::Completion& shown = offer(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return toQString(index.column() == Text ? shown.text : shown.detail);
    case Qt::AccessibleTextRole:
        return QStringLiteral("%1: %2").arg(toQString(shown.text), toQString(shown.detail));
    case Qt::ToolTipRole:
        return toQString(shown.detail).toHtmlEscaped();
    default:
        return {};
    }
}

} // namespace flowscent::ui
