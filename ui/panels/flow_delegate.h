// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace flowscent::ui {

struct Colours;

/// Paints the flow table's cells: chips for labels, icon and word for verdicts, bars for scores, sparklines for shapes.
class FlowDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    /// Scores that no longer answer for the labels are hatched.
    void setScoresStale(bool stale) { m_stale = stale; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    static void paintHighlight(QPainter& painter, const QStyleOptionViewItem& option, const Colours& colours);
    void paintLabel(QPainter& painter, const QRect& cell, const QModelIndex& index, const Colours& colours) const;
    void paintVerdict(QPainter& painter, const QRect& cell, const QModelIndex& index, const Colours& colours) const;
    void paintScore(QPainter& painter, const QRect& cell, const QModelIndex& index, const Colours& colours) const;
    void paintShape(QPainter& painter, const QRect& cell, const QModelIndex& index, const Colours& colours) const;

    bool m_stale = false;
};

} // namespace flowscent::ui
