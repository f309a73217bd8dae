// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/cheat_sheet.h"

#include "ui/window/menu_commands.h"

#include <QAction>
#include <QDialog>
#include <QDialogButtonBox>
#include <QLabel>
#include <QMenuBar>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

namespace {

/// The commands that have a key, a heading for each menu.
QString keysOf(const QMenuBar& menus)
{
    QString text;
    QString menu;
    for (const MenuCommand& command : menuCommands(menus)) {
        if (command.action->shortcut().isEmpty())
            continue;
        if (command.menu != menu) {
            text += menu.isEmpty() ? QString() : QStringLiteral("</table>");
            text += QStringLiteral("<h4>%1</h4><table>").arg(command.menu.toHtmlEscaped());
            menu = command.menu;
        }
        text += QStringLiteral("<tr><td><b>%1</b>&nbsp;&nbsp;&nbsp;</td><td>%2</td></tr>")
                    .arg(command.action->shortcut().toString(QKeySequence::NativeText).toHtmlEscaped(),
                         command.words.toHtmlEscaped());
    }
    return menu.isEmpty() ? text : text + QStringLiteral("</table>");
}

} // namespace

void showCheatSheet(const QMenuBar& menus, QWidget* parent)
{
    auto* sheet = new QDialog(parent);
    sheet->setObjectName(QStringLiteral("cheatSheet"));
    sheet->setAttribute(Qt::WA_DeleteOnClose);
    sheet->setWindowTitle(QDialog::tr("Keyboard"));
    auto* label = new QLabel(keysOf(menus), sheet);
    label->setObjectName(QStringLiteral("cheatSheetKeys"));
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setMargin(8);
    auto* scroll = new QScrollArea(sheet); // more commands than a small screen is high
    scroll->setAccessibleName(QDialog::tr("Commands and their keys"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(label);
    scroll->setMinimumWidth(label->sizeHint().width() + scroll->verticalScrollBar()->sizeHint().width());
    scroll->setMinimumHeight(std::min(label->sizeHint().height(), parent->height() * 3 / 4));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, sheet);
    QObject::connect(buttons, &QDialogButtonBox::rejected, sheet, &QDialog::close);
    auto* layout = new QVBoxLayout(sheet);
    layout->setContentsMargins(20, 12, 20, 12);
    layout->addWidget(scroll);
    layout->addWidget(
        new QLabel(QDialog::tr("In the filter: Enter applies, Alt+Enter highlights, Esc brings back what is "
                               "applied, ↑ ↓ earlier filters,\nTab inserts, Ctrl+Space offers what could "
                               "come next, Backspace in an empty line takes a condition away."),
                   sheet));
    layout->addWidget(new QLabel(QDialog::tr("Single letters count where flows have the focus."), sheet));
    layout->addWidget(buttons);
    sheet->show();
}

} // namespace flowscent::ui
