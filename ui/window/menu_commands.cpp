// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/menu_commands.h"

#include <QAction>
#include <QMenu>
#include <QMenuBar>

namespace flowscent::ui {

namespace {

void collect(const QMenu& menu, std::vector<MenuCommand>& commands)
{
    for (QAction* action : menu.actions()) {
        if (action->menu() != nullptr)
            collect(*action->menu(), commands);
        else if (!action->isSeparator() && !action->text().isEmpty())
            commands.push_back({action, withoutAccessKeys(menu.title()), withoutAccessKeys(action->text())});
    }
}

} // namespace

std::vector<MenuCommand> menuCommands(const QMenuBar& menus)
{
    std::vector<MenuCommand> commands;
    for (const QAction* entry : menus.actions()) {
        if (entry->menu() != nullptr)
            collect(*entry->menu(), commands);
    }
    return commands;
}

QString withoutAccessKeys(QString text)
{
    for (qsizetype at = text.indexOf(QLatin1Char('&')); at >= 0; at = text.indexOf(QLatin1Char('&'), at + 1))
        text.remove(at, 1);
    return text;
}

} // namespace flowscent::ui
