// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

#include "engine/hunt/support_set.h"

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

    /// The chip's left half marks the flow as threat, the right half as not this; both show when the mouse is on a chip
    /// that says nothing yet.
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override;

Q_SIGNALS:
    void labelAsked(const QModelIndex& index, hunt::Label label);

private:
    static void paintHighlight(QPainter& painter, const QStyleOptionViewItem& option, const Colours& colours);
    void paintLabel(QPainter& painter, const QRect& cell, const QModelIndex& index, const Colours& colours) const;
    void paintOffer(QPainter& painter, const QRect& cell, const Colours& colours) const;
    void paintVerdict(QPainter& painter, const QRect& cell, const QModelIndex& index, const Colours& colours) const;
    void paintScore(QPainter& painter, const QRect& cell, const QModelIndex& index, const Colours& colours) const;
    void paintShape(QPainter& painter, const QRect& cell, const QModelIndex& index, const Colours& colours) const;

    bool m_stale = false;
};

} // namespace flowscent::ui
