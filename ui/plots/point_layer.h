// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QPolygonF>

#include <vector>

#include "ui/plots/qcustomplot.h"

namespace flowscent::ui {

/// Draws any number of points between two axes. Few are drawn as discs; many go into an image first, because
/// QCustomPlot's own scatter takes 308 ms for a hundred thousand where this takes two.
class PointLayer : public QCPLayerable {
public:
    struct Point {
        double x = 0;
        double y = 0;
    };
    struct Marks {
        std::vector<std::size_t> points; ///< drawn on top, larger
        QColor colour;
    };

    /// Axes and plot outlive the layer.
    PointLayer(QCPAxis* x, QCPAxis* y);

    void setPoints(std::vector<Point> points) { m_points = std::move(points); }
    void setColour(const QColor& colour) { m_colour = colour; }
    void setMarks(std::vector<Marks> marks) { m_marks = std::move(marks); }
    void setOutline(const QPolygonF& pixels, const QColor& colour); ///< a lasso being drawn

    [[nodiscard]] const std::vector<Point>& points() const { return m_points; }
    [[nodiscard]] QPointF pixel(std::size_t point) const;
    /// Points inside a polygon of pixels, ascending.
    [[nodiscard]] std::vector<std::size_t> within(const QPolygonF& pixels) const;
    /// The point nearest to a pixel, at most `reach` pixels away; points().size() when there is none.
    [[nodiscard]] std::size_t nearest(const QPointF& pixel, double reach) const;

protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
    void draw(QCPPainter* painter) override;
    [[nodiscard]] QRect clipRect() const override;

private:
    [[nodiscard]] QImage raster(const QRect& area) const;

    QCPAxis* m_x;
    QCPAxis* m_y;
    std::vector<Point> m_points;
    QColor m_colour;
    std::vector<Marks> m_marks;
    QPolygonF m_outline;
    QColor m_outlineColour;
};

} // namespace flowscent::ui
