// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/packet_shape_pair.h"

#include "engine/features/feature_schema.h"
#include "ui/plots/colours.h"

#include <QPainter>
#include <QStringList>

#include <algorithm>
#include <cmath>

namespace flowscent::ui {

namespace {

constexpr double largestPayload = 65'535; ///< bytes, a whole axis
constexpr double longestGap = 60e6;       ///< microseconds, as features cut it
constexpr std::size_t mostRead = 8;       ///< sizes that a screen reader says
constexpr double gapShare = 0.28;         ///< of a shape's height

double logShare(double value, double whole)
{
    return std::clamp(std::log1p(std::abs(value)) / std::log1p(whole), 0.0, 1.0);
}

QString sizesText(const detect::PacketShape& shape)
{
    QStringList sizes;
    for (std::size_t i = 0; i < std::min(mostRead, shape.sizes.size()); ++i)
        sizes << QString::number(static_cast<double>(shape.sizes[i]), 'f', 0);
    return sizes.join(QLatin1Char(' '));
}

} // namespace

PacketShapePair::PacketShapePair(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setToolTip(tr("The first packets: up from the client, down from the server, as long as the logarithm of the "
                  "payload; in grey the gap before each."));
}

void PacketShapePair::setShapes(const QString& nameAbove, const detect::PacketShape& above, const QString& nameBelow,
                                const detect::PacketShape& below)
{
    m_names = {nameAbove, nameBelow};
    m_shapes = {above, below};
    setAccessibleName(
        tr("Payload sizes, %1: %2; %3: %4").arg(nameAbove, sizesText(above), nameBelow, sizesText(below)));
    update();
}

QSize PacketShapePair::sizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    return {metrics.averageCharWidth() * 36, metrics.height() * 8};
}

QSize PacketShapePair::minimumSizeHint() const
{
    return {fontMetrics().averageCharWidth() * 20, sizeHint().height()};
}

void PacketShapePair::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    const QFontMetrics metrics = fontMetrics();
    const Colours colours = Colours::of(palette());
    const int half = height() / 2;
    for (int i = 0; i < 2; ++i) {
        const QRect part(0, i * half, width(), half);
        painter.setPen(colours.muted);
        painter.drawText(QRect(part.left(), part.top(), part.width(), metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(m_names[static_cast<std::size_t>(i)], Qt::ElideMiddle, part.width()));
        paintShape(painter, QRectF(part).adjusted(0, metrics.height() + 1, 0, -3),
                   m_shapes[static_cast<std::size_t>(i)]);
    }
}

void PacketShapePair::paintShape(QPainter& painter, const QRectF& area, const detect::PacketShape& shape) const
{
    const Colours colours = Colours::of(palette());
    const double gapHeight = gapShare * area.height();
    const QRectF sizes = area.adjusted(0, 0, 0, -gapHeight - 2);
    const double middle = sizes.center().y();
    const double step = area.width() / static_cast<double>(features::sequenceLength);
    const double bar = std::max(1.0, 0.7 * step);
    painter.setPen(QPen(colours.border, 1));
    painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle));
    painter.setPen(Qt::NoPen);
    for (std::size_t i = 0; i < shape.sizes.size(); ++i) {
        const double x = area.left() + static_cast<double>(i) * step;
        const bool up = shape.directions[i] >= 0;
        const double length =
            std::max(1.5, 0.5 * sizes.height() * logShare(static_cast<double>(shape.sizes[i]), largestPayload));
        painter.setBrush(colours.accent);
        painter.drawRect(QRectF(x, up ? middle - length : middle, bar, length));
        const double gap = gapHeight * logShare(static_cast<double>(shape.gaps[i]), longestGap);
        painter.setBrush(colours.quiet);
        painter.drawRect(QRectF(x, area.bottom() - gap, bar, gap));
    }
}

} // namespace flowscent::ui
