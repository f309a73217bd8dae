// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

namespace flowscent::ui {

class SummaryModel;

/// The looks of a table of hosts or conversations. Rows that are marked stay so when newer numbers come.
class PeersView : public QTableView {
    Q_OBJECT

public:
    /// The model outlives the view.
    explicit PeersView(SummaryModel& model, QWidget* parent = nullptr);

    /// A sentence in place of rows.
    void setEmptyText(const QString& text);
    [[nodiscard]] const QString& emptyText() const { return m_emptyText; }

Q_SIGNALS:
    void opened(); ///< Enter or a double click

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void measure();
    void headingClicked(int column);
    void remember();
    void restore();

    SummaryModel& m_model;
    QString m_emptyText;
    QStringList m_marked; ///< keys of rows, while the model is reset
    QString m_current;
    int m_currentColumn = 0;
    int m_scrolled = 0;
};

} // namespace flowscent::ui
