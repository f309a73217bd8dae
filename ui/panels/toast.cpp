// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/toast.h"

#include <QAccessible>
#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QTimer>

#include <algorithm>

namespace flowscent::ui {

namespace {

constexpr int distance = 14; ///< from the lower edge

} // namespace

Toast::Toast(QWidget* place)
    : QFrame(place)
    , m_text(new QLabel(this))
    , m_action(new QPushButton(this))
    , m_clock(new QTimer(this))
{
    setObjectName(QStringLiteral("toast"));
    setProperty("floats", true); // over what is below, on purpose
    m_text->setObjectName(QStringLiteral("toastText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setAccessibleName(tr("Last act"));
    m_text->setWordWrap(true);
    m_action->setObjectName(QStringLiteral("toastAction"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(16, 8, 10, 8);
    layout->setSpacing(14);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_action, 0, Qt::AlignVCenter);
    m_clock->setSingleShot(true);
    connect(m_clock, &QTimer::timeout, this, &Toast::goOrStay);
    connect(m_action, &QPushButton::clicked, this, [this] {
        hide();
        if (m_act)
            m_act();
    });
    place->installEventFilter(this);
    hide();
}

void Toast::tell(const QString& text, const QString& action, std::function<void()> act)
{
    m_act = std::move(act);
    m_text->setText(text);
    m_text->setWordWrap(false);
    m_action->setText(action);
    m_action->setVisible(!action.isEmpty());
    settle();
    show();
    raise();
    m_clock->start(stays);
    QAccessibleEvent spoken(m_text, QAccessible::Alert);
    QAccessible::updateAccessibility(&spoken);
}

QString Toast::text() const
{
    return m_text->text();
}

void Toast::settle()
{
    const QRect place = parentWidget()->rect();
    const int most = std::max(200, place.width() - 2 * distance);
    m_text->setWordWrap(sizeHint().width() > most);
    const int width = std::min(most, sizeHint().width());
    const int height = std::max(sizeHint().height(), heightForWidth(width));
    setGeometry((place.width() - width) / 2, place.height() - height - distance, width, height);
}

void Toast::goOrStay()
{
    if (underMouse() || isAncestorOf(QApplication::focusWidget()))
        m_clock->start(stays / 4);
    else
        hide();
}

bool Toast::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Resize && isVisible())
        settle();
    return QFrame::eventFilter(watched, event);
}

/// Like a tool tip that can be pressed: the same in light and dark, on top of whatever lies below.
void Toast::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(palette().color(QPalette::Mid), 1));
    painter.setBrush(palette().color(QPalette::Base));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
}

} // namespace flowscent::ui
