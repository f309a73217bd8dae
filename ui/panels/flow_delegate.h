// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

#include "ui/models/flow_table_model.h"

#include <memory>

namespace flowscent::ui {

struct Colours;

/// Paints the cells of a FlowTableModel: chips for labels, icon and word for verdicts, bars for scores, sparklines for
/// shapes. Asks the model itself and not through QVariants: a screen is a thousand cells.
class FlowDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    /// A label cell under the pointer, and what a click would make of it.
    struct Hover {
        int row = -1;
        hunt::Label label = hunt::Label::None;
        friend bool operator==(const Hover&, const Hover&) = default;
    };

    explicit FlowDelegate(QObject* parent = nullptr);
    ~FlowDelegate() override;

    /// Scores that no longer answer for the labels are hatched.
    void setScoresStale(bool stale) { m_stale = stale; }
    void setHover(const Hover& hover) { m_hover = hover; }
    [[nodiscard]] const Hover& hover() const { return m_hover; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                   const QModelIndex& index) override;

private:
    struct Cell;

    static void paintHighlight(const Cell& cell);
    void paintLabel(const Cell& cell) const;
    void paintChoice(const Cell& cell) const;
    void paintVerdict(const Cell& cell) const;
    void paintScore(const Cell& cell) const;
    void paintShape(const Cell& cell) const;
    void paintApplication(const Cell& cell) const;
    void paintWords(const Cell& cell) const;

    /// Fonts and colours of the palette and font painted with last: made once and not once a cell.
    struct Dress;
    [[nodiscard]] Dress& dress(const QStyleOptionViewItem& option, qreal ratio) const;

    bool m_stale = false;
    Hover m_hover;
    mutable std::unique_ptr<Dress> m_dress;
};

} // namespace flowscent::ui
