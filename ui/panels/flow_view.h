// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBasicTimer>
#include <QTableView>

#include <array>
#include <optional>
#include <vector>

#include "ui/models/flow_table_model.h"
#include "ui/models/row_choice.h"
#include "ui/models/row_copy.h"
#include "ui/panels/column_sets.h"
#include "ui/session/arrangement.h"

namespace flowscent::ui {

class FlowDelegate;
class FlowSelection;

/// The flow table as it is looked at and worked in: columns and their sets, the heading's clicks and menu, choosing
/// rows by mouse and key, labelling by a click into the label cell, dragging rows elsewhere. What is chosen is the
/// FlowSelection's; Qt's own selection stays empty (with every second row of a million chosen its ranges take minutes).
class FlowView : public QTableView {
    Q_OBJECT

public:
    /// Model and selection outlive the view.
    FlowView(FlowTableModel& model, FlowSelection& selection, QWidget* parent = nullptr);
    ~FlowView() override;

    [[nodiscard]] FlowTableModel& flowModel() const { return m_model; }
    [[nodiscard]] FlowDelegate& cells() { return *m_delegate; }
    /// First and last row on the screen; {0, -1} when there are none.
    [[nodiscard]] std::pair<int, int> visibleRows() const;
    /// A sentence in place of rows.
    void setEmptyText(const QString& text);
    /// Brings the current flow, or else the first chosen one, into sight.
    void showChosen();

    [[nodiscard]] std::optional<flow::FlowId> currentFlow() const; ///< of the current row
    [[nodiscard]] FlowColumn currentColumn() const;
    [[nodiscard]] std::size_t chosenFlows() const;
    void invertChoice();
    void copyCell() const;
    void copyRows(CopyFormat format) const; ///< the chosen ones, as they stand, with the columns shown

    [[nodiscard]] const std::vector<SortBy>& order() const { return m_order; }
    void showOrder(const std::vector<SortBy>& order);
    void askOrder(const std::vector<SortBy>& order);
    void addToOrder(FlowColumn column); ///< below those that are there; turns it round when it is among them

    /// Score B and its difference, while there is an adaptation to compare with.
    void showComparison(bool shown);
    void showColumn(FlowColumn column, bool shown);
    [[nodiscard]] ColumnLayout columns() const;
    void showColumns(const ColumnLayout& layout);

Q_SIGNALS:
    void sortAsked(const std::vector<SortBy>& order);
    void visibleRowsChanged();
    /// By a value that is in the table: in place of the filter at hand, or beside it.
    void filterAsked(const QString& expression, bool alone);
    /// A click into a label cell; what is meant is chosen by then.
    void labelAsked(hunt::Label label);

public Q_SLOTS:
    void selectAll() override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void keyboardSearch(const QString& search) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void timerEvent(QTimerEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

private:
    struct Press {
        QPersistentModelIndex cell;
        QPoint at;
        bool wasChosen = false;
        bool dragging = false; ///< over rows, to choose them
        Qt::KeyboardModifiers keys;
    };

    void dressHeading();
    void measure();
    void headingClicked(int section);
    void headingMenu(const QPoint& at);
    void columnsMoved();
    void selectionChangedElsewhere();
    void currentChangedElsewhere();
    void toldToAccessibility();

    template <class Act>
    void choose(const Act& act);
    void moveTo(int row, Qt::KeyboardModifiers keys);
    [[nodiscard]] std::optional<int> rowOfKey(int key) const;
    void setCurrentQuietly(const QModelIndex& index);
    void dragOver(const QPoint& at);
    void dragOut();
    void hover(const QPoint& at);
    [[nodiscard]] std::optional<hunt::Label> chipAt(const QModelIndex& cell, const QPoint& at) const;
    [[nodiscard]] QRect rowRect(int row) const;

    FlowTableModel& m_model;
    FlowSelection& m_selection;
    RowChoice m_choice;
    FlowDelegate* m_delegate;
    std::array<int, flowColumns> m_usual; ///< widths that the usual texts need in the font at hand
    std::vector<SortBy> m_order;
    QString m_emptyText;
    bool m_comparing = false;
    bool m_choosing = false;  ///< the selection changes by our own hand
    bool m_arranging = false; ///< columns move by our own hand
    Press m_press;
    QBasicTimer m_scrolling;   ///< while rows are dragged over beyond the edge
    QBasicTimer m_remembering; ///< columns have moved and are not stored yet
};

} // namespace flowscent::ui
