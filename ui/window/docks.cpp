// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/docks.h"

#include "ui/panels/details_panel.h"
#include "ui/panels/map_panel.h"
#include "ui/panels/support_panel.h"

#include <QDockWidget>
#include <QMainWindow>

namespace flowscent::ui {

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
    supportPanel->setMinimumWidth(270);
    auto* support = dock("supportDock", QMainWindow::tr("Examples"), supportPanel, Qt::RightDockWidgetArea);
    auto* details = dock("detailsDock", QMainWindow::tr("Flow"), new DetailsPanel(session, selection, &window),
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
