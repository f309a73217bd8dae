// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/docks.h"

#include "ui/panels/budget_control.h"
#include "ui/panels/evidence_panel.h"
#include "ui/panels/flow_tabs.h"
#include "ui/panels/map_panel.h"
#include "ui/panels/support_audit_box.h"
#include "ui/panels/support_list.h"
#include "ui/panels/support_panel.h"

#include <QDockWidget>
#include <QMainWindow>

namespace flowscent::ui {

namespace {

/// Evidence first: it is what one asks of a flow; and it points at packets.
FlowTabs* flowTabs(QMainWindow& window, Session& session, FlowSelection& selection, FlowQuery& query)
{
    auto* tabs = new FlowTabs(session, selection, &window);
    auto* evidence = new EvidencePanel(session, selection, query, tabs);
    tabs->insert(evidence, QMainWindow::tr("Evidence"));
    QObject::connect(evidence, &EvidencePanel::packetsResponsible, tabs, &FlowTabs::highlightPackets);
    return tabs;
}

} // namespace

std::vector<DockPlace> makeDocks(QMainWindow& window, Session& session, FlowSelection& selection, FlowQuery& query)
{
    window.setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    const auto dock = [&window](const char* name, const QString& title, QWidget* content, Qt::DockWidgetArea area) {
        auto* made = new QDockWidget(title, &window);
        made->setObjectName(QLatin1String(name));
        made->setWidget(content);
        window.addDockWidget(area, made);
        return made;
    };
    auto* supportPanel = new SupportPanel(session, selection, &window);
    auto* audit = new SupportAuditBox(session, selection, supportPanel);
    supportPanel->addSection(audit);
    supportPanel->addSection(new BudgetControl(session, selection, supportPanel));
    QObject::connect(audit, &SupportAuditBox::remarksChanged, &supportPanel->threats(), &SupportList::setRemarks);
    auto* support = dock("supportDock", QMainWindow::tr("Examples"), supportPanel, Qt::RightDockWidgetArea);
    support->setMinimumWidth(290);
    auto* details = dock("detailsDock", QMainWindow::tr("Flow"), flowTabs(window, session, selection, query),
                         Qt::BottomDockWidgetArea);
    auto* map = dock("mapDock", QMainWindow::tr("Map"), new MapPanel(session, selection, query, &window),
                     Qt::BottomDockWidgetArea);
    window.splitDockWidget(details, map, Qt::Horizontal);
    window.resizeDocks({details, map}, {6, 5}, Qt::Horizontal);
    window.resizeDocks({support}, {300}, Qt::Horizontal);
    window.resizeDocks({details}, {250}, Qt::Vertical);
    return {{.dock = support}, {.dock = details, .inCompare = false}, {.dock = map, .inCompare = false}};
}

QList<QAction*> dockActions(const std::vector<DockPlace>& docks)
{
    QList<QAction*> actions;
    for (const DockPlace& place : docks)
        actions << place.dock->toggleViewAction();
    return actions;
}

} // namespace flowscent::ui
