// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QString>

#include <memory>

#include "engine/flow/flow_set.h"
#include "engine/hunt/filter.h"

namespace flowscent::ui {

/// A condition beside what was typed: the brushed time, a lasso, "only flagged".
struct QueryChip {
    QString name;                               ///< which one; there is at most one of a name ("time", "lasso")
    QString text;                               ///< "12:00-12:05", as shown
    QString expression;                         ///< in the filter language; empty when `flows` says it
    std::shared_ptr<const flow::FlowSet> flows; ///< null, or the only flows that pass; belongs to one capture

    friend bool operator==(const QueryChip&, const QueryChip&) = default;
};

/// What was asked for: a value, for going back and forth.
struct QueryState {
    QString text; ///< as typed, trimmed
    QList<QueryChip> chips;

    [[nodiscard]] bool empty() const { return text.isEmpty() && chips.isEmpty(); }
    friend bool operator==(const QueryState&, const QueryState&) = default;
};

/// The one filter of the window: the text that was applied last and the chips beside it, all of which a flow must pass.
/// Whoever narrows what is shown does it here, and all that follows the filter hears `changed`. Belongs to the GUI
/// thread.
class FlowQuery : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    [[nodiscard]] const QueryState& state() const { return m_state; }
    [[nodiscard]] const QString& text() const { return m_state.text; }
    [[nodiscard]] const QList<QueryChip>& chips() const { return m_state.chips; }
    /// Text and chips in one; flows of chips are not in it.
    [[nodiscard]] const hunt::Filter& filter() const { return m_filter; }
    /// Flows that pass the chips that name flows; null when there is none of them.
    [[nodiscard]] std::shared_ptr<const flow::FlowSet> within() const { return m_within; }

    /// Applies a text. The error of hunt::Filter::parse when it is none; then all stays.
    [[nodiscard]] base::Result<void> setText(const QString& text);
    /// Adds a condition to the text: "(what was there) && (expression)". Errors as of setText.
    [[nodiscard]] base::Result<void> narrow(const QString& expression);
    /// Puts the chip in the place of the one of its name. Errors as of setText.
    [[nodiscard]] base::Result<void> setChip(const QueryChip& chip);
    void removeChip(const QString& name);
    void clear();
    /// An earlier state, which was valid then.
    void restore(const QueryState& state);
    /// Takes the latest change back; once more, and it is there again.
    void undo();
    /// Another capture: chips that name flows or times are about the old one.
    void forgetChips();

    /// What is only marked among the rows and hides none; empty without one.
    [[nodiscard]] const QString& highlightText() const { return m_highlightText; }
    [[nodiscard]] const hunt::Filter& highlight() const { return m_highlight; }
    /// Errors as of setText; an empty text marks nothing.
    [[nodiscard]] base::Result<void> setHighlight(const QString& text);

Q_SIGNALS:
    void changed();
    void highlightChanged();

private:
    base::Result<void> adopt(QueryState state);

    QueryState m_state;
    QueryState m_before; ///< the latest change
    QString m_highlightText;
    hunt::Filter m_highlight;
    hunt::Filter m_filter;
    std::shared_ptr<const flow::FlowSet> m_within;
};

} // namespace flowscent::ui
