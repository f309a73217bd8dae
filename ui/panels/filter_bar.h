// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QPointer>
#include <QWidget>

#include <optional>

#include "engine/base/error.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace flowscent::ui {

class ElidedLabel;
class FilterChips;
class FilterEdit;
class FilterHelp;
class FilterMemory;
class FilterMenu;
class FlowQuery;
class Session;
class ValueCounter;

/// Where a filter is typed. Every keystroke says in icon, words and colour whether the text is a filter; Enter applies
/// it, Alt+Enter only highlights what it finds, Esc brings back what is applied, the arrows go through what was applied
/// before. A text that is none leaves the applied filter as it is; the part that is wrong is underlined and the field
/// that was probably meant is a key away. Below it are the conditions that are not typed.
class FilterBar : public QWidget {
    Q_OBJECT

public:
    /// Session and query outlive the bar.
    FilterBar(Session& session, FlowQuery& query, QWidget* parent = nullptr);

    void focusEdit();
    void setFilterText(const QString& text); ///< types and applies it
    /// "1 284 of 84 211 flows · 12 ms", the time since the query changed.
    void setCounts(std::size_t shown, std::size_t total);
    /// How many flows are highlighted; none while that is being found out.
    void setHighlighted(std::optional<std::size_t> flows);
    /// Whether rows would stand elsewhere if they were sorted anew.
    void setOrderStale(bool stale);
    /// Quick conditions, earlier and saved filters, other programs' languages.
    [[nodiscard]] FilterMenu& menu() { return *m_menu; }

Q_SIGNALS:
    void resortAsked();
    void told(const QString& what);   ///< a sentence about what was done
    void refused(const QString& why); ///< a sentence about what could not be done

protected:
    void changeEvent(QEvent* event) override;

private:
    enum class State { Applied, Ready, Wrong };
    enum class Step { Older, Newer };

    QWidget* makeLine();
    QWidget* makeStatus();
    QToolButton* makeButton(const char* name, const QString& meaning);
    void connectEdit();
    void judge();
    void judgeWrong(const base::Error& error);
    void apply();
    void highlight();
    void showWhyNot(const base::Error& error);
    void showApplied();
    void walk(Step step);
    void takeHint();
    void removeLastChip();
    void showStar();
    void showHelp();
    void say(State state, const QString& text);
    void dress();

    FlowQuery& m_query;
    FilterMemory* m_memory;
    ValueCounter* m_counter;
    FilterEdit* m_edit;
    FilterMenu* m_menu;
    QLabel* m_icon;
    ElidedLabel* m_state;
    ElidedLabel* m_counts;
    QPushButton* m_hint;
    QPushButton* m_resort;
    QToolButton* m_star;
    QToolButton* m_more;
    FilterChips* m_chips;
    QPointer<FilterHelp> m_help;
    QElapsedTimer m_sinceChange; ///< not valid once its rows are shown
    State m_shown = State::Applied;
    bool m_dark = false;            ///< the palette whose colours are shown
    QString m_applied;              ///< the query's text that the edit has shown last
    qsizetype m_walked = -1;        ///< how far back in what was applied; -1 for what was typed
    QString m_typed;                ///< before walking back
    std::optional<QString> m_meant; ///< the field that was probably meant
    std::size_t m_wrongFrom = 0;    ///< bytes of the text as UTF-8 that are wrong
    std::size_t m_wrongLength = 0;
};

} // namespace flowscent::ui
