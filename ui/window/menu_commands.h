// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <vector>

class QAction;
class QMenuBar;

namespace flowscent::ui {

/// A command as the menus have it.
struct MenuCommand {
    QAction* action = nullptr;
    QString menu;  ///< the one it stands in, without marks of access keys
    QString words; ///< the same of the command
};

/// All commands in the order of the menus, those of submenus under the submenu's name; separators left out.
[[nodiscard]] std::vector<MenuCommand> menuCommands(const QMenuBar& menus);

/// "Mark as &threat" -> "Mark as threat"; "&&" stands for one.
[[nodiscard]] QString withoutAccessKeys(QString text);

} // namespace flowscent::ui
