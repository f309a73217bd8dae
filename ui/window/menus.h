// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

#include <functional>

class QAction;
class QMenu;
class QMenuBar;

namespace flowscent::ui {

class Actions;

struct MenuParts {
    const Actions& actions;
    QMenu* filter = nullptr;                    ///< what can be done with filters
    QList<QAction*> panels;                     ///< show and hide the docks
    QList<QAction*> onFlows;                    ///< what else can be done with chosen flows
    std::function<void(const QString&)> reopen; ///< a recent file
};

/// Every command in its menu; the parts' actions outlive the bar. Themes are applied by the menu itself.
void fillMenuBar(QMenuBar& bar, const MenuParts& parts);

} // namespace flowscent::ui
