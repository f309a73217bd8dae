// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace flowscent::ui {

/// The status bar's content: what goes on and how far it is, with a way to stop it; on the right what is chosen.
class StatusStrip : public QWidget {
    Q_OBJECT

public:
    explicit StatusStrip(QWidget* parent = nullptr);

    /// Shows work; a fraction of 0 means that nobody knows how far it is.
    void showWork(const QString& what, double fraction);
    /// The work is over; `text` stays.
    void showText(const QString& text);
    void setSelection(const QString& text);
    /// What the false-alarm budget promised and what was seen, in short; hidden when empty.
    void setBudget(const QPixmap& icon, const QString& text, const QString& toolTip);

Q_SIGNALS:
    void cancelAsked();

private:
    QLabel* m_text;
    QProgressBar* m_progress;
    QPushButton* m_cancel;
    QLabel* m_selection;
    QLabel* m_budgetIcon;
    QLabel* m_budget;
};

} // namespace flowscent::ui
