// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>

#include <vector>

class QAction;
class QDockWidget;
class QMainWindow;

namespace flowscent::ui {

class FlowQuery;
class FlowSelection;
class Session;

/// A dock and where it stands before the user has moved it.
struct DockPlace {
    QDockWidget* dock = nullptr;
    bool inExplore = true;
    bool inCompare = true;
};

/// Makes every dock of the window; they belong to it. The other three outlive the window.
[[nodiscard]] std::vector<DockPlace> makeDocks(QMainWindow& window, Session& session, FlowSelection& selection,
                                               FlowQuery& query);
/// Show and hide them.
[[nodiscard]] QList<QAction*> dockActions(const std::vector<DockPlace>& docks);

} // namespace flowscent::ui
