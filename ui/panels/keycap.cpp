// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/keycap.h"

#include "ui/plots/colours.h"

#include <QPainter>

#include <algorithm>

namespace flowscent::ui {

Keycap::Keycap(const QString& key, QWidget* parent)
    : QWidget(parent)
    , m_key(key)
{
    setAccessibleName(tr("Key %1").arg(key));
    QFont large = font();
    large.setPointSizeF(large.pointSizeF() * 1.25);
    large.setWeight(QFont::DemiBold);
    setFont(large);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize Keycap::sizeHint() const
{
    const int height = fontMetrics().height() * 9 / 5;
    return {std::max(height, fontMetrics().horizontalAdvance(m_key) + height * 2 / 3), height};
}

/// A flat top on a slightly larger body, as keys are drawn in manuals.
void Keycap::paintEvent(QPaintEvent* /*event*/)
{
    const Colours colours = Colours::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF body = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    const double rim = body.height() * 0.12;
    painter.setPen(QPen(colours.muted, 1));
    painter.setBrush(palette().color(QPalette::Window));
    painter.drawRoundedRect(body, 5, 5);
    painter.setBrush(palette().color(QPalette::Base));
    const QRectF top = body.adjusted(rim, rim / 2, -rim, -1.8 * rim);
    painter.drawRoundedRect(top, 4, 4);
    painter.setPen(colours.text);
    painter.drawText(top, Qt::AlignCenter, m_key);
}

} // namespace flowscent::ui
