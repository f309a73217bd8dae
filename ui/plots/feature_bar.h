// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>

namespace flowscent::ui {

/// One named feature of a flow held against what is normal: a bar from the normal median to the flow's value, over the
/// band between the normal quartiles, with both in words. To the right is above normal. Can be pressed by mouse and
/// keyboard. The axis is the area hyperbolic sine of the distance from the median in half-bands: even inside the band,
/// logarithmic far from it, so that a minute and a millisecond fit into one picture.
class FeatureBar : public QAbstractButton {
    Q_OBJECT

public:
    struct Content {
        QString name;     ///< "Mean gap"
        QString value;    ///< "60.0 s"
        QString normal;   ///< "normal 0.02-1.4 s"
        QString sentence; ///< all of it, for tool tips and screen readers
        double number = 0;
        double lower = 0; ///< quartiles of normal traffic, in the number's unit
        double median = 0;
        double upper = 0;
        bool raises = false; ///< the score; else it lowers it
        bool atEdge = false; ///< the model sees no difference beyond
    };

    explicit FeatureBar(QWidget* parent = nullptr);

    /// `reach`: where the axis ends on both sides, see place.
    void setContent(const Content& content, double reach);
    [[nodiscard]] const Content& content() const { return m_content; }
    /// Where a number lies on the axis; 0 for the median.
    [[nodiscard]] static double place(double number, const Content& content);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void paintBar(QPainter& painter, const QRectF& area) const;

    Content m_content;
    double m_reach = 1;
};

} // namespace flowscent::ui
