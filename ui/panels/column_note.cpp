// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/column_note.h"

#include "ui/models/flow_columns.h"

#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QLabel>
#include <QScreen>
#include <QVBoxLayout>

#include <algorithm>

namespace flowscent::ui {

namespace {

const QString noteName = QStringLiteral("columnNote");

QString tr(const char* text)
{
    return QCoreApplication::translate("FlowView", text);
}

/// Where the whole note is on the screen.
QPoint inside(const QPoint& at, const QSize& size, const QScreen& screen)
{
    const QRect area = screen.availableGeometry();
    return {std::clamp(at.x(), area.left(), std::max(area.left(), area.right() - size.width())),
            std::clamp(at.y(), area.top(), std::max(area.top(), area.bottom() - size.height()))};
}

} // namespace

void showColumnNote(FlowColumn column, QWidget& parent, const QPoint& at)
{
    delete parent.findChild<QDialog*>(noteName, Qt::FindDirectChildrenOnly);
    auto* note = new QDialog(&parent, Qt::Tool);
    note->setObjectName(noteName);
    note->setAttribute(Qt::WA_DeleteOnClose);
    const QString name = QCoreApplication::translate("FlowTableModel", columnText(column).name);
    note->setWindowTitle(name);
    note->setAccessibleName(tr("Explanation of the column %1").arg(name));
    auto* text = new QLabel(columnExplanation(column), note);
    text->setObjectName(QStringLiteral("columnNoteText"));
    text->setAccessibleName(tr("Explanation"));
    text->setTextFormat(Qt::RichText);
    text->setWordWrap(true);
    text->setMinimumWidth(text->fontMetrics().averageCharWidth() * 56);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, note);
    QObject::connect(buttons, &QDialogButtonBox::rejected, note, &QDialog::close);
    auto* layout = new QVBoxLayout(note);
    layout->addWidget(text);
    layout->addWidget(buttons);
    note->adjustSize();
    note->move(inside(at, note->size(), *parent.screen()));
    note->show();
}

} // namespace flowscent::ui
