// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QMenuBar;
class QWidget;

namespace flowscent::ui {

/// Opens a list of every command that has a key, taken from the menus themselves.
void showCheatSheet(const QMenuBar& menus, QWidget* parent);

} // namespace flowscent::ui
