// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMenu>

#include <array>
#include <functional>

#include "engine/hunt/filter_translation.h"

namespace flowscent::ui {

class FilterMemory;
class FlowQuery;
class Session;

/// What can be done with filters beyond typing them: quick conditions, earlier and saved filters, the same filter in
/// other programs' languages, and what fields there are.
class FilterMenu : public QMenu {
    Q_OBJECT

public:
    /// Session, query and memory outlive it.
    FilterMenu(Session& session, FlowQuery& query, FilterMemory& memory, QWidget* parent = nullptr);

    /// Asks for a name for what is applied.
    void askForName();

Q_SIGNALS:
    void textChosen(const QString& text); ///< to be applied
    void fieldsAsked();
    void told(const QString& what);   ///< a sentence
    void refused(const QString& why); ///< a sentence

private:
    void addQuick();
    void addCopies();
    void tellQuick();
    void fillApplied(QMenu& menu);
    void fillSaved(QMenu& menu);
    void copyAs(hunt::FilterDialect dialect, const QString& program);
    void ask(const QString& title, const QString& question, const QString& suggestion,
             const std::function<void(const QString&)>& answer);

    Session& m_session;
    FlowQuery& m_query;
    FilterMemory& m_memory;
    std::array<QAction*, 3> m_quick{};
};

} // namespace flowscent::ui
