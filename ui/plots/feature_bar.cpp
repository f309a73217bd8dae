// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/feature_bar.h"

#include "ui/plots/colours.h"

#include <QEvent>
#include <QPainter>
#include <QStyle>
#include <QStyleOptionFocusRect>

#include <algorithm>
#include <cmath>

namespace flowscent::ui {

namespace {

constexpr int letters = 26;       ///< that fit in a line at least, the rest is elided
constexpr double barShare = 0.52; ///< of the second line

int gap(const QFontMetrics& metrics)
{
    return std::max(2, metrics.height() / 4);
}

/// Up for what raises, down for what lowers: a shape, not a colour alone.
void paintArrow(QPainter& painter, const QRectF& area, bool up)
{
    const double from = up ? area.bottom() : area.top();
    const double to = up ? area.top() : area.bottom();
    painter.drawPolygon(QPolygonF({{area.left(), from}, {area.right(), from}, {area.center().x(), to}}));
}

} // namespace

FeatureBar::FeatureBar(QWidget* parent)
    : QAbstractButton(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void FeatureBar::setContent(const Content& content, double reach)
{
    m_content = content;
    m_reach = std::max(reach, 1.0);
    setText(content.name);
    setAccessibleName(content.sentence);
    setToolTip(
        content.atEdge
            ? tr("%1. Beyond this the model sees no difference. Press to see other flows that are "
                 "like this one in it, and its packets.")
                  .arg(content.sentence)
            : tr("%1. Press to see other flows that are like this one in it, and its packets.").arg(content.sentence));
    update();
}

double FeatureBar::place(double number, const Content& content)
{
    const double size = std::max({std::abs(content.median), std::abs(number), 1e-9});
    const double half = std::max(0.5 * (content.upper - content.lower), 0.05 * size);
    return std::asinh((number - content.median) / half);
}

QSize FeatureBar::sizeHint() const
{
    const QFontMetrics metrics = fontMetrics();
    return {metrics.averageCharWidth() * letters * 3 / 2, 2 * metrics.height() + 3 * gap(metrics)};
}

QSize FeatureBar::minimumSizeHint() const
{
    return {fontMetrics().averageCharWidth() * letters, sizeHint().height()};
}

void FeatureBar::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const Colours colours = Colours::of(palette());
    const QFontMetrics metrics = fontMetrics();
    const int space = gap(metrics);
    const QRect inner = rect().adjusted(space, space, -space, -space);
    if (underMouse() || isDown()) {
        QColor ground = palette().color(QPalette::Highlight);
        ground.setAlphaF(isDown() ? 0.7F : 0.35F);
        painter.setPen(Qt::NoPen);
        painter.setBrush(ground);
        painter.drawRoundedRect(QRectF(rect()), space, space);
    }
    const QColor meaning = m_content.raises ? colours.threat : colours.notThreat;
    const double arrow = 0.65 * metrics.ascent();
    painter.setPen(Qt::NoPen);
    painter.setBrush(meaning);
    paintArrow(painter, {inner.left() + 0.0, inner.top() + 0.5 * (metrics.height() - arrow), arrow, arrow},
               m_content.raises);

    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    const QFontMetrics boldMetrics(bold);
    const QRect first(inner.left(), inner.top(), inner.width(), metrics.height());
    const QString value = boldMetrics.elidedText(m_content.value, Qt::ElideRight, std::max(1, inner.width() / 2));
    painter.setPen(colours.text);
    painter.setFont(bold);
    painter.drawText(first, Qt::AlignRight | Qt::AlignVCenter, value);
    painter.setFont(font());
    const QRect left =
        first.adjusted(static_cast<int>(arrow) + space, 0, -boldMetrics.horizontalAdvance(value) - 2 * space, 0);
    painter.drawText(left, Qt::AlignLeft | Qt::AlignVCenter,
                     metrics.elidedText(m_content.name, Qt::ElideRight, left.width()));

    const QRect second(inner.left(), first.bottom() + space, inner.width(), metrics.height());
    const int normalWidth =
        std::min(metrics.horizontalAdvance(m_content.normal) + 1, static_cast<int>((1 - barShare) * second.width()));
    painter.setPen(colours.muted);
    painter.drawText(second, Qt::AlignRight | Qt::AlignVCenter,
                     metrics.elidedText(m_content.normal, Qt::ElideRight, normalWidth));
    paintBar(painter, QRectF(second).adjusted(arrow + space, 0, -normalWidth - 2 * space, 0));
    if (hasFocus()) {
        painter.setPen(QPen(colours.accent, 1.5));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), space, space);
    }
}

void FeatureBar::paintBar(QPainter& painter, const QRectF& area) const
{
    const Colours colours = Colours::of(palette());
    const auto x = [&](double number) {
        const double at = std::clamp(place(number, m_content) / m_reach, -1.0, 1.0);
        return area.center().x() + 0.5 * area.width() * at;
    };
    const double thickness = 0.42 * area.height();
    painter.setPen(QPen(colours.border, 1));
    painter.drawLine(QPointF(area.left(), area.center().y()), QPointF(area.right(), area.center().y()));
    QColor band = colours.quiet;
    band.setAlphaF(0.35F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(band);
    const double low = x(m_content.lower);
    const double high = x(m_content.upper);
    painter.drawRect(QRectF(low, area.top(), std::max(2.0, high - low), area.height()));
    const double median = x(m_content.median);
    const double value = x(m_content.number);
    painter.setBrush(m_content.raises ? colours.threat : colours.notThreat);
    painter.drawRect(QRectF(std::min(median, value), area.center().y() - 0.5 * thickness,
                            std::max(2.0, std::abs(value - median)), thickness));
    painter.setPen(QPen(colours.text, 1.5));
    painter.drawLine(QPointF(median, area.top()), QPointF(median, area.bottom()));
}

void FeatureBar::changeEvent(QEvent* event)
{
    QAbstractButton::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateGeometry();
}

} // namespace flowscent::ui
