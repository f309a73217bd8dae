// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/empty_note.h"

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace flowscent::ui {

EmptyNote::EmptyNote(QWidget& view, const QList<QAction*>& actions)
    : QWidget(&view)
    , m_view(view)
    , m_text(new QLabel(this))
{
    setObjectName(QStringLiteral("emptyNote"));
    m_text->setObjectName(QStringLiteral("emptyNoteText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setWordWrap(true);
    m_text->setAlignment(Qt::AlignCenter);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(10);
    buttons->addStretch();
    for (QAction* action : actions) {
        auto* button = new QPushButton(action->text(), this);
        button->setObjectName(action->objectName() + QStringLiteral("Button"));
        button->setAccessibleName(action->toolTip());
        button->setToolTip(action->toolTip());
        connect(button, &QPushButton::clicked, action, &QAction::trigger);
        buttons->addWidget(button);
    }
    buttons->addStretch();
    auto* layout = new QVBoxLayout(this);
    layout->addStretch();
    layout->addWidget(m_text);
    layout->addSpacing(8);
    layout->addLayout(buttons);
    layout->addStretch();
    m_view.installEventFilter(this);
    hide();
}

void EmptyNote::tell(const QString& text)
{
    m_text->setText(text);
    cover();
    show();
    raise();
}

void EmptyNote::cover()
{
    setGeometry(m_view.rect());
}

bool EmptyNote::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize)
        cover();
    return QWidget::eventFilter(watched, event);
}

} // namespace flowscent::ui
