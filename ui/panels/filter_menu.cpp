// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/filter_menu.h"

#include "ui/models/filter_memory.h"
#include "ui/models/flow_text.h"
#include "ui/session/flow_query.h"
#include "ui/session/session.h"

#include <QApplication>
#include <QClipboard>
#include <QInputDialog>

#include <algorithm>

namespace flowscent::ui {

namespace {

/// A condition that is switched on and off.
struct QuickCondition {
    const char* name;
    const char* text;
    const char* expression;
    const char* missing; ///< why it has nothing to go by
};

// A score that moved by less would be shown as the same or nearly so.
constexpr std::array<QuickCondition, 3> quickConditions{{
    {"flagged", QT_TRANSLATE_NOOP("FilterMenu", "only flagged"), "alarm",
     QT_TRANSLATE_NOOP("FilterMenu", "No flow has a score yet: mark a threat first (M).")},
    {"unlabelled", QT_TRANSLATE_NOOP("FilterMenu", "only unlabelled"), "!label", ""},
    {"changed", QT_TRANSLATE_NOOP("FilterMenu", "only changed"), "delta >= 0.01 || delta <= -0.01",
     QT_TRANSLATE_NOOP("FilterMenu", "There are no kept scores to compare with: keep some first (K).")},
}};

QString translated(const char* text)
{
    return QCoreApplication::translate("FilterMenu", text);
}

/// Menus take & for the mark of a key, and have no room for a long text.
QString menuText(const QString& text)
{
    constexpr qsizetype longest = 80;
    QString line = text.simplified();
    if (line.size() > longest)
        line = line.left(longest - 1) + QChar(0x2026);
    return line.replace(QLatin1Char('&'), QStringLiteral("&&"));
}

bool has(const FlowQuery& query, const QString& chip)
{
    return std::ranges::any_of(query.chips(), [&chip](const QueryChip& known) { return known.name == chip; });
}

QString quoted(const QString& text)
{
    return QStringLiteral("“%1”").arg(text);
}

} // namespace

FilterMenu::FilterMenu(Session& session, FlowQuery& query, FilterMemory& memory, QWidget* parent)
    : QMenu(parent)
    , m_session(session)
    , m_query(query)
    , m_memory(memory)
{
    setObjectName(QStringLiteral("filterMenu"));
    setTitle(tr("F&ilter"));
    setToolTipsVisible(true);
    addQuick();
    addSeparator();
    auto* applied = addMenu(tr("&Earlier filters"));
    connect(applied, &QMenu::aboutToShow, this, [this, applied] { fillApplied(*applied); });
    auto* saved = addMenu(tr("&Saved filters"));
    saved->setObjectName(QStringLiteral("savedFilters"));
    connect(saved, &QMenu::aboutToShow, this, [this, saved] { fillSaved(*saved); });
    addSeparator();
    addCopies();
    addSeparator();
    auto* fields = addAction(tr("&Fields of the filter…"));
    fields->setObjectName(QStringLiteral("filterFieldsAction"));
    connect(fields, &QAction::triggered, this, &FilterMenu::fieldsAsked);
    connect(this, &QMenu::aboutToShow, this, &FilterMenu::tellQuick);
    connect(&m_query, &FlowQuery::changed, this, &FilterMenu::tellQuick);
    connect(&m_session, &Session::scoresChanged, this, &FilterMenu::tellQuick);
    connect(&m_session, &Session::keptChanged, this, &FilterMenu::tellQuick);
    tellQuick();
}

void FilterMenu::addQuick()
{
    for (std::size_t i = 0; i < quickConditions.size(); ++i) {
        const QuickCondition& condition = quickConditions[i];
        auto* action = addAction(translated(condition.text));
        action->setObjectName(QStringLiteral("quick_%1").arg(QLatin1String(condition.name)));
        action->setCheckable(true);
        m_quick[i] = action;
        connect(action, &QAction::triggered, this, [this, &condition](bool on) {
            const QString name = QLatin1String(condition.name);
            if (!on)
                m_query.removeChip(name);
            else if (const auto set = m_query.setChip(
                         {name, translated(condition.text), QLatin1String(condition.expression), nullptr});
                     !set)
                Q_EMIT refused(toQString(set.error().sentence()));
            tellQuick();
        });
    }
}

void FilterMenu::tellQuick()
{
    const std::array<bool, 3> possible{m_session.scores() != nullptr, true, m_session.keptScores() != nullptr};
    for (std::size_t i = 0; i < m_quick.size(); ++i) {
        const bool on = has(m_query, QLatin1String(quickConditions[i].name));
        m_quick[i]->setChecked(on);
        m_quick[i]->setEnabled(on || possible[i]);
        m_quick[i]->setToolTip(possible[i] ? QString() : translated(quickConditions[i].missing));
    }
}

void FilterMenu::addCopies()
{
    using enum hunt::FilterDialect;
    auto* menu = addMenu(tr("&Copy as"));
    menu->setObjectName(QStringLiteral("copyAsMenu"));
    const auto add = [this, menu](const char* name, const QString& program, hunt::FilterDialect dialect) {
        auto* action = menu->addAction(program);
        action->setObjectName(QLatin1String(name));
        connect(action, &QAction::triggered, this, [this, dialect, program] { copyAs(dialect, program); });
    };
    add("copyAsWireshark", tr("Wireshark display filter"), Wireshark);
    add("copyAsBpf", tr("BPF (tcpdump)"), Bpf);
    add("copyAsArkime", tr("Arkime expression"), Arkime);
    add("copyAsJq", tr("jq on EVE JSON"), Jq);
    add("copyAsSql", tr("SQL WHERE"), Sql);
}

void FilterMenu::copyAs(hunt::FilterDialect dialect, const QString& program)
{
    if (m_query.within()) {
        Q_EMIT refused(tr("Cannot say this filter as %1: it names single flows of this capture, which no other "
                          "program knows. Take that condition away, then copy again.")
                           .arg(program));
        return;
    }
    if (m_query.filter().empty()) {
        Q_EMIT refused(tr("There is no filter to copy: every flow passes. Apply one first."));
        return;
    }
    const auto translation = hunt::translate(m_query.filter().text(), dialect);
    if (!translation) {
        Q_EMIT refused(tr("Cannot say this filter as %1: %2. Nothing was copied.")
                           .arg(program, toQString(translation.error().what)));
        return;
    }
    const QString text = toQString(translation->text);
    QApplication::clipboard()->setText(text);
    QString said = tr("Copied as %1: %2").arg(program, text);
    for (const std::string& note : translation->notes)
        said += QStringLiteral(" – ") + toQString(note);
    Q_EMIT told(said);
}

void FilterMenu::fillApplied(QMenu& menu)
{
    menu.clear();
    for (const QString& text : m_memory.applied())
        connect(menu.addAction(menuText(text)), &QAction::triggered, this, [this, text] { Q_EMIT textChosen(text); });
    if (menu.isEmpty())
        menu.addAction(tr("None yet"))->setEnabled(false);
}

void FilterMenu::fillSaved(QMenu& menu)
{
    menu.clear();
    for (const SavedFilter& filter : m_memory.saved()) {
        auto* action = menu.addAction(menuText(filter.name));
        action->setToolTip(filter.text.left(1000).toHtmlEscaped());
        connect(action, &QAction::triggered, this, [this, text = filter.text] { Q_EMIT textChosen(text); });
    }
    menu.setToolTipsVisible(true);
    menu.addSeparator();
    auto* save = menu.addAction(tr("Save what is applied…"));
    save->setEnabled(!m_query.text().isEmpty());
    connect(save, &QAction::triggered, this, &FilterMenu::askForName);
    if (m_memory.saved().isEmpty())
        return;
    auto* rename = menu.addMenu(tr("Rename"));
    auto* remove = menu.addMenu(tr("Remove"));
    for (const SavedFilter& filter : m_memory.saved()) {
        connect(rename->addAction(menuText(filter.name)), &QAction::triggered, this, [this, name = filter.name] {
            ask(tr("Rename a saved filter"), tr("New name of %1:").arg(quoted(name)), name,
                [this, name](const QString& after) { m_memory.rename(name, after); });
        });
        connect(remove->addAction(menuText(filter.name)), &QAction::triggered, this,
                [this, name = filter.name] { m_memory.remove(name); });
    }
}

void FilterMenu::askForName()
{
    const QString text = m_query.text();
    if (text.isEmpty())
        return;
    const QString known = m_memory.nameOf(text);
    ask(tr("Save the filter"), tr("Name of the filter:"), known.isEmpty() ? text.left(40) : known,
        [this, text](const QString& name) { m_memory.save(name, text); });
}

void FilterMenu::ask(const QString& title, const QString& question, const QString& suggestion,
                     const std::function<void(const QString&)>& answer)
{
    auto* dialog = new QInputDialog(parentWidget());
    dialog->setObjectName(QStringLiteral("filterNameDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->setLabelText(question);
    dialog->setTextValue(suggestion);
    connect(dialog, &QInputDialog::textValueSelected, this, answer);
    dialog->open();
}

} // namespace flowscent::ui
