// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

#include <vector>

#include "ui/session/arrangement.h"

namespace flowscent::ui {

class FlowDelegate;
class FlowTableModel;

/// The table's looks: widths, heights, heading, which columns are shown; and what the heading's clicks ask for.
class FlowView : public QTableView {
    Q_OBJECT

public:
    explicit FlowView(FlowTableModel& model, QWidget* parent = nullptr);

    [[nodiscard]] FlowDelegate& cells() { return *m_delegate; }
    /// Score B and its difference, while there is an adaptation to compare with.
    void showComparison(bool shown);
    void showOrder(const std::vector<SortBy>& order);
    /// First and last row on the screen; {0, -1} when there are none.
    [[nodiscard]] std::pair<int, int> visibleRows() const;
    /// A sentence in place of rows.
    void setEmptyText(const QString& text);

Q_SIGNALS:
    void sortAsked(const std::vector<SortBy>& order);
    void visibleRowsChanged();

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void measure();
    void headingClicked(int section);
    void headingMenu(const QPoint& at);

    FlowDelegate* m_delegate;
    std::vector<SortBy> m_order;
    QString m_emptyText;
};

} // namespace flowscent::ui
