// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/cheat_sheet.h"

#include <QAction>
#include <QDialog>
#include <QDialogButtonBox>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QVBoxLayout>

namespace flowscent::ui {

namespace {

QString keysOf(const QMenu& menu)
{
    QString rows;
    for (const QAction* action : menu.actions()) {
        if (action->shortcut().isEmpty())
            continue;
        QString words = action->text();
        rows += QStringLiteral("<tr><td><b>%1</b>&nbsp;&nbsp;&nbsp;</td><td>%2</td></tr>")
                    .arg(action->shortcut().toString(QKeySequence::NativeText).toHtmlEscaped(),
                         words.remove(QLatin1Char('&')).toHtmlEscaped());
    }
    if (rows.isEmpty())
        return {};
    QString title = menu.title();
    return QStringLiteral("<h4>%1</h4><table>%2</table>").arg(title.remove(QLatin1Char('&')), rows);
}

} // namespace

void showCheatSheet(const QMenuBar& menus, QWidget* parent)
{
    QString text;
    for (const QAction* entry : menus.actions()) {
        if (entry->menu() != nullptr)
            text += keysOf(*entry->menu());
    }
    auto* sheet = new QDialog(parent);
    sheet->setObjectName(QStringLiteral("cheatSheet"));
    sheet->setAttribute(Qt::WA_DeleteOnClose);
    sheet->setWindowTitle(QDialog::tr("Keyboard"));
    auto* label = new QLabel(text, sheet);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, sheet);
    QObject::connect(buttons, &QDialogButtonBox::rejected, sheet, &QDialog::close);
    auto* layout = new QVBoxLayout(sheet);
    layout->setContentsMargins(20, 12, 20, 12);
    layout->addWidget(label);
    layout->addWidget(new QLabel(QDialog::tr("In the filter: Enter applies, Alt+Enter highlights, Esc brings back what is "
                                             "applied, ↑ ↓ earlier filters,\nTab inserts, Ctrl+Space offers what could "
                                             "come next, Backspace in an empty line takes a condition away."),
                                 sheet));
    layout->addWidget(new QLabel(QDialog::tr("Single letters count where flows have the focus."), sheet));
    layout->addWidget(buttons);
    sheet->show();
}

} // namespace flowscent::ui
