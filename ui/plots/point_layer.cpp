// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/point_layer.h"

#include <algorithm>
#include <cmath>

namespace flowscent::ui {

namespace {

constexpr std::size_t mostDiscs = 5000;
constexpr double discRadius = 2.5;
constexpr double markRadius = 4;

} // namespace

PointLayer::PointLayer(QCPAxis* x, QCPAxis* y)
    : QCPLayerable(x->parentPlot(), QStringLiteral("main"))
    , m_x(x)
    , m_y(y)
{
}

void PointLayer::setOutline(const QPolygonF& pixels, const QColor& colour)
{
    m_outline = pixels;
    m_outlineColour = colour;
}

QPointF PointLayer::pixel(std::size_t point) const
{
    return {m_x->coordToPixel(m_points[point].x), m_y->coordToPixel(m_points[point].y)};
}

std::vector<std::size_t> PointLayer::within(const QPolygonF& pixels) const
{
    const QRectF bounds = pixels.boundingRect();
    std::vector<std::size_t> inside;
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const QPointF at = pixel(i);
        if (bounds.contains(at) && pixels.containsPoint(at, Qt::OddEvenFill))
            inside.push_back(i);
    }
    return inside;
}

std::size_t PointLayer::nearest(const QPointF& to, double reach) const
{
    std::size_t best = m_points.size();
    double distance = reach;
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const QPointF apart = pixel(i) - to;
        const double length = std::hypot(apart.x(), apart.y());
        if (length <= distance) {
            distance = length;
            best = i;
        }
    }
    return best;
}

void PointLayer::applyDefaultAntialiasingHint(QCPPainter* painter) const
{
    painter->setAntialiasing(true);
}

QRect PointLayer::clipRect() const
{
    return m_x->axisRect()->rect();
}

void PointLayer::draw(QCPPainter* painter)
{
    const QRect area = clipRect();
    if (m_points.size() > mostDiscs) {
        painter->drawImage(area, raster(area));
    } else {
        QColor fill = m_colour;
        fill.setAlphaF(0.55F);
        painter->setPen(Qt::NoPen);
        painter->setBrush(fill);
        for (std::size_t i = 0; i < m_points.size(); ++i)
            painter->drawEllipse(pixel(i), discRadius, discRadius);
    }
    for (const Marks& marks : m_marks) {
        painter->setPen(QPen(marks.colour, 1.5));
        QColor fill = marks.colour;
        fill.setAlphaF(0.35F);
        painter->setBrush(fill);
        for (const std::size_t point : marks.points)
            painter->drawEllipse(pixel(point), markRadius, markRadius);
    }
    if (!m_outline.isEmpty()) {
        QColor fill = m_outlineColour;
        fill.setAlphaF(0.1F);
        painter->setPen(QPen(m_outlineColour, 1, Qt::DashLine));
        painter->setBrush(fill);
        painter->drawPolygon(m_outline);
    }
}

/// Each point darkens a spot of three by three pixels; where many fall together the spot becomes solid.
QImage PointLayer::raster(const QRect& area) const
{
    const int width = area.width();
    const int height = area.height();
    std::vector<std::uint32_t> hits(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const QPoint at = pixel(i).toPoint() - area.topLeft();
        for (int y = std::max(0, at.y() - 1); y <= std::min(height - 1, at.y() + 1); ++y) {
            for (int x = std::max(0, at.x() - 1); x <= std::min(width - 1, at.x() + 1); ++x)
                ++hits[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
        }
    }
    QImage image(width, height, QImage::Format_ARGB32_Premultiplied);
    for (int y = 0; y < height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < width; ++x) {
            const auto count =
                hits[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)];
            const int alpha = count == 0 ? 0 : std::min(255, 90 + static_cast<int>(40 * std::log2(count)));
            line[x] = qPremultiply(qRgba(m_colour.red(), m_colour.green(), m_colour.blue(), alpha));
        }
    }
    return image;
}

} // namespace flowscent::ui
