// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/flow_menus.h"

#include "ui/models/flow_columns.h"
#include "ui/models/flow_text.h"
#include "ui/models/row_copy.h"
#include "ui/models/value_filter.h"
#include "ui/panels/column_note.h"
#include "ui/panels/column_sets.h"
#include "ui/panels/flow_view.h"

#include <QCoreApplication>
#include <QHeaderView>
#include <QInputDialog>
#include <QMenu>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr std::size_t mostCopied = 20'000; ///< rows: more do not fit where one pastes, and take seconds to write

QString tr(const char* text)
{
    return QCoreApplication::translate("FlowView", text);
}

QString nameOf(FlowColumn column)
{
    return QCoreApplication::translate("FlowTableModel", columnText(column).name);
}

/// An expression as a menu entry: a host of 400 characters must not make the menu wider than the screen, and its & is
/// no underline.
QString entryText(const QString& expression)
{
    constexpr int most = 60;
    QString text = expression.size() > most ? expression.left(most - 1) + QStringLiteral("…") : expression;
    return text.replace(QLatin1Char('&'), QStringLiteral("&&"));
}

template <class Function>
QAction* entry(QMenu& menu, const char* name, const QString& text, FlowView& view, Function function)
{
    auto* action = menu.addAction(text);
    action->setObjectName(QLatin1String(name));
    QObject::connect(action, &QAction::triggered, &view, function);
    return action;
}

void addSorting(QMenu& menu, FlowView& view, FlowColumn column)
{
    if (!sortable(column))
        return;
    entry(menu, "sortAscending", tr("Sort &ascending"), view, [&view, column] { view.askOrder({{column, false}}); });
    entry(menu, "sortDescending", tr("Sort &descending"), view, [&view, column] { view.askOrder({{column, true}}); });
    const auto& order = view.order();
    if (!order.empty() && order.front().column != column) {
        entry(menu, "sortWithin", tr("Sort &within %1 (Shift-click)").arg(nameOf(order.front().column)), view,
              [&view, column] { view.addToOrder(column); });
    }
    menu.addSeparator();
}

void addFilters(QMenu& menu, FlowView& view, FlowColumn column)
{
    const auto flow = view.currentFlow();
    if (!flow)
        return;
    const ValueFilter filter = valueFilter(view.flowModel().facts(), column, flow->value);
    if (filter.empty())
        return;
    const auto ask = [&](const char* name, const QString& text, const QString& expression, bool alone) {
        if (!expression.isEmpty())
            entry(menu, name, text.arg(entryText(expression)), view,
                  [&view, expression, alone] { Q_EMIT view.filterAsked(expression, alone); });
    };
    ask("filterBy", tr("&Filter by %1"), filter.same, true);
    ask("filterAdd", tr("Add to the filter: %1"), filter.same, false);
    ask("filterWithout", tr("Leave &out: %1"), filter.other, false);
    ask("filterAtLeast", tr("Add: %1"), filter.atLeast, false);
    ask("filterAtMost", tr("Add: %1"), filter.atMost, false);
    menu.addSeparator();
}

void addColumnChoice(QMenu& menu, FlowView& view)
{
    auto* choice = menu.addMenu(tr("&Columns"));
    choice->setObjectName(QStringLiteral("columnsMenu"));
    for (std::size_t i = 0; i < flowColumns; ++i) {
        const auto column = static_cast<FlowColumn>(i);
        auto* action = entry(*choice, columnText(column).key, nameOf(column), view,
                             [&view, column](bool shown) { view.showColumn(column, shown); });
        action->setCheckable(true);
        action->setChecked(!view.isColumnHidden(static_cast<int>(i)));
    }
}

void askForName(FlowView& view)
{
    auto* dialog = new QInputDialog(&view);
    dialog->setObjectName(QStringLiteral("columnSetName"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Save the columns"));
    dialog->setLabelText(tr("Name of the set:"));
    QObject::connect(dialog, &QInputDialog::textValueSelected, &view, [&view](const QString& name) {
        if (!name.trimmed().isEmpty())
            columnSets::save(name.trimmed().left(80), view.columns());
    });
    dialog->open();
}

void addSets(QMenu& menu, FlowView& view)
{
    auto* sets = menu.addMenu(tr("Column &sets"));
    sets->setObjectName(QStringLiteral("columnSetsMenu"));
    const auto add = [&](const columnSets::Named& set) {
        entry(*sets, "columnSet", entryText(set.name), view,
              [&view, layout = set.layout] { view.showColumns(layout); });
    };
    std::ranges::for_each(columnSets::builtIn(), add);
    const auto own = columnSets::own();
    if (!own.empty())
        sets->addSeparator();
    std::ranges::for_each(own, add);
    sets->addSeparator();
    entry(*sets, "saveColumnSet", tr("&Save as…"), view, [&view] { askForName(view); });
    if (own.empty())
        return;
    auto* removal = sets->addMenu(tr("&Remove"));
    removal->setObjectName(QStringLiteral("removeColumnSetMenu"));
    for (const columnSets::Named& set : own)
        entry(*removal, "removeColumnSet", entryText(set.name), view, [name = set.name] { columnSets::remove(name); });
}

} // namespace

void fillColumnMenu(QMenu& menu, FlowView& view, FlowColumn column)
{
    addSorting(menu, view, column);
    addFilters(menu, view, column);
    entry(menu, "hideColumn", tr("&Hide %1").arg(nameOf(column)), view,
          [&view, column] { view.showColumn(column, false); });
    entry(menu, "explainColumn", tr("E&xplain %1…").arg(nameOf(column)), view, [&view, column] {
        showColumnNote(column, view,
                       view.horizontalHeader()->mapToGlobal(QPoint(
                           view.columnViewportPosition(static_cast<int>(column)), view.horizontalHeader()->height())));
    });
    addColumnChoice(menu, view);
    addSets(menu, view);
    entry(menu, "resetColumns", tr("&Reset the columns"), view, [&view] { view.showColumns(columnSets::usual()); });
}

void fillCellMenu(QMenu& menu, FlowView& view)
{
    const auto column = view.currentColumn();
    addFilters(menu, view, column);
    entry(menu, "copyCell", tr("&Copy the cell"), view, [&view] {
        view.copyCell();
    })->setEnabled(view.currentFlow().has_value());
    const std::size_t chosen = view.chosenFlows();
    const bool few = chosen <= mostCopied;
    const QString rows = few ? flowsText(chosen) : tr("at most %1").arg(flowsText(mostCopied));
    entry(menu, "copyCsv", tr("Copy as CS&V (%1)").arg(rows), view, [&view] {
        view.copyRows(CopyFormat::Csv);
    })->setEnabled(few && chosen > 0);
    entry(menu, "copyTsv", tr("Copy as &TSV (%1)").arg(rows), view, [&view] {
        view.copyRows(CopyFormat::Tsv);
    })->setEnabled(few && chosen > 0);
    menu.addSeparator();
    menu.addActions(view.actions());
    menu.addSeparator();
    auto* ofColumn = menu.addMenu(tr("Column %1").arg(nameOf(column)));
    ofColumn->setObjectName(QStringLiteral("columnSubmenu"));
    fillColumnMenu(*ofColumn, view, column);
}

} // namespace flowscent::ui
