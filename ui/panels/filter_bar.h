// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/session/flow_query.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace flowscent::ui {

/// Where a filter is typed. Every keystroke says in icon, words and colour whether the text is a filter; Enter applies
/// it, Esc brings back what is applied. A text that is none leaves the applied filter as it is.
class FilterBar : public QWidget {
    Q_OBJECT

public:
    /// The query outlives the bar.
    explicit FilterBar(FlowQuery& query, QWidget* parent = nullptr);

    void focusEdit();
    void setFilterText(const QString& text); ///< types and applies it
    /// "1 284 of 84 211 flows"
    void setCounts(std::size_t shown, std::size_t total);
    /// Whether rows would stand elsewhere if they were sorted anew.
    void setOrderStale(bool stale);

Q_SIGNALS:
    void resortAsked();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    enum class State { Applied, Ready, Wrong };

    void judge();
    void apply();
    void showApplied();
    void say(State state, const QString& text);

    FlowQuery& m_query;
    QLineEdit* m_edit;
    QLabel* m_icon;
    QLabel* m_state;
    QLabel* m_counts;
    QPushButton* m_resort;
    State m_shown = State::Applied;
};

} // namespace flowscent::ui
