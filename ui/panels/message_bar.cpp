// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/message_bar.h"

#include "ui/panels/icons.h"
#include "ui/plots/colours.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace flowscent::ui {

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent)
    , m_icon(new QLabel(this))
    , m_text(new QLabel(this))
{
    setObjectName(QStringLiteral("messageBar"));
    setAutoFillBackground(true);
    m_text->setObjectName(QStringLiteral("messageText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setWordWrap(true);
    m_text->setAccessibleName(tr("Message"));
    auto* copy = new QPushButton(tr("Copy"), this);
    copy->setToolTip(tr("Copy the message"));
    auto* close = new QPushButton(tr("Close"), this);
    close->setObjectName(QStringLiteral("messageClose"));
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(text()); });
    connect(close, &QPushButton::clicked, this, &QWidget::hide);

    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 6, 8, 6);
    layout->setSpacing(8);
    layout->addWidget(m_icon, 0, Qt::AlignVCenter);
    layout->addWidget(m_text, 1);
    layout->addWidget(copy, 0, Qt::AlignVCenter);
    layout->addWidget(close, 0, Qt::AlignVCenter);
    hide();
}

void MessageBar::tell(Kind kind, const QString& text)
{
    m_kind = kind;
    m_text->setText(text);
    dress();
    show();
}

QString MessageBar::text() const
{
    return m_text->text();
}

void MessageBar::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        dress();
}

void MessageBar::dress()
{
    const Colours colours = Colours::of(QApplication::palette());
    const QColor mark = m_kind == Kind::Failure   ? colours.threat
                        : m_kind == Kind::Warning ? colours.unsure
                                                  : colours.accent;
    const QString name = m_kind == Kind::Failure   ? QStringLiteral("error")
                         : m_kind == Kind::Warning ? QStringLiteral("threat")
                                                   : QStringLiteral("info");
    m_icon->setPixmap(iconPixmap(name, mark, 18, devicePixelRatioF()));
    QColor ground = QApplication::palette().color(QPalette::Base);
    constexpr float tint = 0.1F;
    ground = QColor::fromRgbF(ground.redF() * (1 - tint) + mark.redF() * tint,
                              ground.greenF() * (1 - tint) + mark.greenF() * tint,
                              ground.blueF() * (1 - tint) + mark.blueF() * tint);
    QPalette tinted = QApplication::palette();
    tinted.setColor(QPalette::Window, ground);
    setPalette(tinted);
}

} // namespace flowscent::ui
