// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QImage>
#include <QPolygonF>

#include <cstdint>
#include <vector>

#include "ui/plots/qcustomplot.h"

namespace flowscent::ui {

/// Draws any number of points between two linear axes. Few are drawn as marks; many go into an image first, because
/// QCustomPlot's own scatter takes 308 ms for a hundred thousand where this takes two.
class PointLayer : public QCPLayerable {
public:
    struct Point {
        double x = 0; ///< NaN: not drawn and never found
        double y = 0;
    };
    struct Marks {
        std::vector<std::size_t> points; ///< drawn on top, larger
        QColor colour;
    };
    /// Points that look alike.
    struct Kind {
        QColor colour; ///< its alpha counts
        QCPScatterStyle::ScatterShape shape = QCPScatterStyle::ssDisc;
        bool shown = true;
        bool found = true; ///< by a click or a lasso
    };

    /// Axes and plot outlive the layer.
    PointLayer(QCPAxis* x, QCPAxis* y);

    /// All of one kind until setKinds says otherwise.
    void setPoints(std::vector<Point> points);
    void setColour(const QColor& colour); ///< of a single kind
    /// An index into `kinds` for every point; later kinds are drawn above earlier ones. At most 254 kinds.
    void setKinds(std::vector<std::uint8_t> kindOf, std::vector<Kind> kinds);
    void setMarks(std::vector<Marks> marks) { m_marks = std::move(marks); }
    void setOutline(const QPolygonF& pixels, const QColor& colour); ///< a lasso being drawn

    [[nodiscard]] const std::vector<Point>& points() const { return m_points; }
    [[nodiscard]] QPointF pixel(std::size_t point) const;
    /// Points inside a polygon of pixels, ascending.
    [[nodiscard]] std::vector<std::size_t> within(const QPolygonF& pixels) const;
    /// The point nearest to a pixel, at most `reach` pixels away; points().size() when there is none.
    [[nodiscard]] std::size_t nearest(const QPointF& pixel, double reach) const;

    /// What is drawn for a kind, alone: for legends.
    static void drawMark(QCPPainter& painter, const Kind& kind, const QPointF& at, double radius);

protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
    void draw(QCPPainter* painter) override;
    [[nodiscard]] QRect clipRect() const override;

private:
    /// From axes to pixels: pixel = from + step * coordinate.
    struct Scale {
        double from = 0;
        double step = 0;

        explicit Scale(const QCPAxis& axis);
        [[nodiscard]] double operator()(double coordinate) const { return from + step * coordinate; }
    };
    [[nodiscard]] QImage raster(const QRect& area, double ratio) const;
    void drawFew(QCPPainter* painter) const;
    void drawMarks(QCPPainter* painter) const;
    [[nodiscard]] const Kind& kindOf(std::size_t point) const
    {
        return m_kinds[m_kindOf.empty() ? 0 : m_kindOf[point]];
    }

    QCPAxis* m_x;
    QCPAxis* m_y;
    std::vector<Point> m_points;
    std::vector<std::uint8_t> m_kindOf; ///< empty: all of the first kind
    std::vector<Kind> m_kinds{1};
    std::vector<Marks> m_marks;
    QPolygonF m_outline;
    QColor m_outlineColour;
};

} // namespace flowscent::ui
