// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/point_layer.h"

#include "ui/plots/point_raster.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace flowscent::ui {

namespace {

constexpr std::size_t mostDiscs = 5000;
constexpr double discRadius = 2.5;
constexpr double markRadius = 4;

} // namespace

PointLayer::Scale::Scale(const QCPAxis& axis)
{
    const QCPRange range = axis.range();
    const double first = axis.coordToPixel(range.lower);
    step = (axis.coordToPixel(range.upper) - first) / range.size();
    from = first - step * range.lower;
}

PointLayer::PointLayer(QCPAxis* x, QCPAxis* y)
    : QCPLayerable(x->parentPlot(), QStringLiteral("main"))
    , m_x(x)
    , m_y(y)
{
}

void PointLayer::setPoints(std::vector<Point> points)
{
    m_points = std::move(points);
    if (m_kindOf.size() != m_points.size())
        m_kindOf.clear();
}

void PointLayer::setColour(const QColor& colour)
{
    m_kindOf.clear();
    m_kinds = {Kind{.colour = colour}};
}

void PointLayer::setKinds(std::vector<std::uint8_t> kindOf, std::vector<Kind> kinds)
{
    Q_ASSERT(kindOf.size() == m_points.size() && !kinds.empty());
    m_kindOf = std::move(kindOf);
    m_kinds = std::move(kinds);
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

/// The polygon is painted once, so that a point costs one look at a pixel however many corners the hand has drawn.
std::vector<std::size_t> PointLayer::within(const QPolygonF& pixels) const
{
    const QRect bounds = pixels.boundingRect().toAlignedRect() & clipRect();
    if (bounds.isEmpty())
        return {};
    QImage mask(bounds.size(), QImage::Format_Grayscale8);
    mask.fill(Qt::black);
    QPainter painter(&mask);
    painter.translate(-bounds.topLeft());
    painter.setPen(Qt::NoPen);
    painter.setBrush(Qt::white);
    painter.drawPolygon(pixels, Qt::OddEvenFill);
    painter.end();
    const Scale x(*m_x);
    const Scale y(*m_y);
    std::vector<std::size_t> inside;
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const double column = x(m_points[i].x) - bounds.left();
        const double line = y(m_points[i].y) - bounds.top();
        if (!(column >= 0 && line >= 0 && column < bounds.width() && line < bounds.height()))
            continue;
        const Kind& kind = kindOf(i);
        if (kind.shown && kind.found && mask.constScanLine(static_cast<int>(line))[static_cast<int>(column)] != 0)
            inside.push_back(i);
    }
    return inside;
}

std::size_t PointLayer::nearest(const QPointF& to, double reach) const
{
    const Scale x(*m_x);
    const Scale y(*m_y);
    std::size_t best = m_points.size();
    double least = reach * reach;
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const double right = x(m_points[i].x) - to.x();
        const double down = y(m_points[i].y) - to.y();
        const double distance = right * right + down * down;
        if (distance <= least && kindOf(i).shown && kindOf(i).found) {
            least = distance;
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

void PointLayer::drawMark(QCPPainter& painter, const Kind& kind, const QPointF& at, double radius)
{
    QCPScatterStyle style(kind.shape, QPen(kind.colour, 1), QBrush(kind.colour), 2 * radius);
    style.applyTo(&painter, style.pen());
    style.drawShape(&painter, at);
}

void PointLayer::draw(QCPPainter* painter)
{
    const QRect area = clipRect();
    if (m_points.size() > mostDiscs)
        painter->drawImage(area, raster(area, m_x->parentPlot()->bufferDevicePixelRatio()));
    else
        drawFew(painter);
    drawMarks(painter);
}

void PointLayer::drawFew(QCPPainter* painter) const
{
    for (std::size_t index = 0; index < m_kinds.size(); ++index) {
        Kind kind = m_kinds[index];
        if (!kind.shown)
            continue;
        kind.colour.setAlphaF(0.55F * kind.colour.alphaF());
        for (std::size_t i = 0; i < m_points.size(); ++i) {
            if (!std::isnan(m_points[i].x) && &kindOf(i) == &m_kinds[index])
                drawMark(*painter, kind, pixel(i), discRadius);
        }
    }
}

void PointLayer::drawMarks(QCPPainter* painter) const
{
    for (const Marks& marks : m_marks) {
        painter->setPen(QPen(marks.colour, 1.5));
        QColor fill = marks.colour;
        fill.setAlphaF(0.35F);
        painter->setBrush(fill);
        for (const std::size_t point : marks.points) {
            if (!std::isnan(m_points[point].x))
                painter->drawEllipse(pixel(point), markRadius, markRadius);
        }
    }
    if (!m_outline.isEmpty()) {
        QColor fill = m_outlineColour;
        fill.setAlphaF(0.1F);
        painter->setPen(QPen(m_outlineColour, 1, Qt::DashLine));
        painter->setBrush(fill);
        painter->drawPolygon(m_outline);
    }
}

/// In the pixels of the screen, of which there are more than the widget's own where it is scaled.
QImage PointLayer::raster(const QRect& area, double ratio) const
{
    PointRaster raster(static_cast<int>(std::ceil(area.width() * ratio)),
                       static_cast<int>(std::ceil(area.height() * ratio)), static_cast<int>(std::lround(ratio)));
    const Scale x(*m_x);
    const Scale y(*m_y);
    const double left = (x.from - area.left()) * ratio;
    const double top = (y.from - area.top()) * ratio;
    const double right = x.step * ratio;
    const double down = y.step * ratio;
    for (std::size_t i = 0; i < m_points.size(); ++i) {
        const std::uint8_t kind = m_kindOf.empty() ? std::uint8_t{0} : m_kindOf[i];
        if (m_kinds[kind].shown)
            raster.add(left + right * m_points[i].x, top + down * m_points[i].y, kind);
    }
    std::vector<QColor> colours;
    for (const Kind& kind : m_kinds)
        colours.push_back(kind.colour);
    return raster.image(colours);
}

} // namespace flowscent::ui
