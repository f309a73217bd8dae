// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/timeline_bars.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flowscent::ui {

namespace {

using base::Nanoseconds;

constexpr double markRow = 10;    ///< pixels
constexpr double markReach = 3.5; ///< half a mark
constexpr double leastBar = 2;    ///< pixels
constexpr double gapFrom = 4;     ///< bars this wide have a pixel between them

bool any(const std::vector<std::uint64_t>& counts)
{
    return std::ranges::any_of(counts, [](std::uint64_t count) { return count > 0; });
}

} // namespace

TimelineBars::TimelineBars(QCPAxis* time, QCPAxis* height)
    : QCPLayerable(time->parentPlot(), QStringLiteral("main"))
    , m_time(time)
    , m_height(height)
{
}

void TimelineBars::setAnswer(std::shared_ptr<const TimelineAnswer> answer)
{
    m_answer = std::move(answer);
    m_origin = m_answer ? m_answer->whole.first : 0;
    m_anyAlarms = m_answer && any(m_answer->alarms);
    m_anyLabels = m_answer && (any(m_answer->threats) || any(m_answer->counters));
    measure();
}

void TimelineBars::measure()
{
    m_highest = 0;
    if (m_answer) {
        for (const flow::Amount& amount : m_answer->all)
            m_highest = std::max(m_highest, valueOf(amount));
    }
}

std::uint64_t TimelineBars::valueOf(const flow::Amount& amount) const
{
    return m_measure == TimelineMeasure::Flows ? amount.flows : amount.bytes;
}

double TimelineBars::marksHeight() const
{
    return (m_anyAlarms ? markRow : 0) + (m_anyLabels ? markRow : 0);
}

double TimelineBars::heightOf(std::uint64_t value) const
{
    if (value == 0 || m_highest == 0)
        return 0;
    const double share = static_cast<double>(value) / static_cast<double>(m_highest);
    const double room = std::max(0.0, clipRect().height() - marksHeight());
    return std::max(leastBar, room * (m_root ? std::sqrt(share) : share));
}

double TimelineBars::xOf(Nanoseconds time) const
{
    const double apart = static_cast<double>(time) - static_cast<double>(m_origin);
    return std::abs(apart) < 1e18 ? static_cast<double>(time - m_origin) / 1e9 : apart / 1e9;
}

double TimelineBars::pixelOf(Nanoseconds time) const
{
    return m_time->coordToPixel(xOf(time));
}

Nanoseconds TimelineBars::timeAt(double pixel) const
{
    constexpr double most = 4e18;
    const double apart = std::clamp(m_time->pixelToCoord(pixel) * 1e9, -most, most);
    const double wanted = static_cast<double>(m_origin) + apart;
    if (wanted >= static_cast<double>(std::numeric_limits<Nanoseconds>::max()))
        return std::numeric_limits<Nanoseconds>::max();
    if (wanted <= static_cast<double>(std::numeric_limits<Nanoseconds>::min()))
        return std::numeric_limits<Nanoseconds>::min();
    return m_origin + static_cast<Nanoseconds>(apart);
}

/// The bucket's width, from top to bottom of the plot.
QRectF TimelineBars::column(std::size_t bucket) const
{
    const flow::TimeBuckets& buckets = m_answer->passing.buckets;
    double left = pixelOf(buckets.begin(bucket));
    double right = pixelOf(buckets.end(bucket));
    if (right - left >= gapFrom)
        right -= 1;
    right = std::max(right, left + 1);
    const QRect area = clipRect();
    left = std::max(left, area.left() - 4.0);
    right = std::min(right, area.right() + 4.0);
    return {QPointF(left, area.top()), QPointF(std::max(left, right), area.bottom() + 1)};
}

QRectF TimelineBars::wholeBar(std::size_t bucket) const
{
    if (!m_answer || bucket >= m_answer->all.size())
        return {};
    QRectF place = column(bucket);
    place.setTop(place.bottom() - heightOf(valueOf(m_answer->all[bucket])));
    return place;
}

/// Groups share the height of their sum, so that a root scale does not make many kinds look like more; but none that
/// has a flow is too thin to be seen.
QRectF TimelineBars::bar(std::size_t bucket, std::size_t group) const
{
    if (!m_answer || bucket >= m_answer->passing.buckets.size())
        return {};
    std::uint64_t sum = 0;
    for (std::size_t g = 0; g < m_answer->passing.groups; ++g)
        sum += valueOf(m_answer->passing.at(bucket, g));
    const double height = heightOf(sum);
    const auto thickness = [&](std::size_t g) {
        const std::uint64_t value = valueOf(m_answer->passing.at(bucket, g));
        return value == 0 ? 0 : std::max(leastBar, height * static_cast<double>(value) / static_cast<double>(sum));
    };
    double below = 0;
    for (std::size_t g = 0; g < group; ++g)
        below += thickness(g);
    QRectF place = column(bucket);
    const double bottom = place.bottom();
    place.setTop(bottom - below - thickness(group));
    place.setBottom(bottom - below);
    return place;
}

void TimelineBars::applyDefaultAntialiasingHint(QCPPainter* painter) const
{
    painter->setAntialiasing(true);
}

QRect TimelineBars::clipRect() const
{
    return m_time->axisRect()->rect();
}

void TimelineBars::draw(QCPPainter* painter)
{
    if (!m_answer || m_highest == 0) {
        painter->setPen(m_look.text);
        painter->drawText(QRectF(clipRect()), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
        return;
    }
    drawBars(*painter);
    drawMarks(*painter);
    if (m_brush)
        drawRange(*painter, *m_brush, false);
    if (m_cursor)
        drawRange(*painter, *m_cursor, true);
}

void TimelineBars::drawBars(QCPPainter& painter) const
{
    painter.setPen(Qt::NoPen);
    painter.setAntialiasing(false);
    for (std::size_t bucket = 0; bucket < m_answer->all.size(); ++bucket)
        painter.fillRect(wholeBar(bucket), m_look.whole);
    for (std::size_t bucket = 0; bucket < m_answer->passing.buckets.size(); ++bucket) {
        for (std::size_t group = 0; group < m_answer->passing.groups; ++group) {
            const QRectF place = bar(bucket, group);
            if (!place.isEmpty())
                painter.fillRect(place, m_look.groups[group]);
        }
    }
    painter.setAntialiasing(true);
}

void TimelineBars::drawMarks(QCPPainter& painter) const
{
    const flow::TimeBuckets& buckets = m_answer->passing.buckets;
    const double top = clipRect().top();
    const double alarmRow = top + markRow / 2;
    const double labelRow = alarmRow + (m_anyAlarms ? markRow : 0);
    const auto shape = [&](const QPolygonF& corners, const QColor& colour, bool filled) {
        painter.setPen(QPen(colour, 1.2));
        painter.setBrush(filled ? QBrush(colour) : QBrush(Qt::NoBrush));
        painter.drawPolygon(corners);
    };
    for (std::size_t bucket = 0; bucket < buckets.size(); ++bucket) {
        const double x = column(bucket).center().x();
        const double r = markReach;
        if (m_answer->alarms[bucket] > 0)
            shape({{QPointF(x - r, alarmRow - r), QPointF(x + r, alarmRow - r), QPointF(x, alarmRow + r)}},
                  m_look.alarm, true);
        if (m_answer->counters[bucket] > 0)
            shape({{QPointF(x - r + 1, labelRow - r + 1), QPointF(x + r - 1, labelRow - r + 1),
                    QPointF(x + r - 1, labelRow + r - 1), QPointF(x - r + 1, labelRow + r - 1)}},
                  m_look.counter, false);
        if (m_answer->threats[bucket] > 0)
            shape({{QPointF(x, labelRow - r), QPointF(x + r, labelRow), QPointF(x, labelRow + r),
                    QPointF(x - r, labelRow)}},
                  m_look.threat, true);
    }
}

void TimelineBars::drawRange(QCPPainter& painter, const TimeRange& range, bool keyboard) const
{
    const QRect area = clipRect();
    const double left = pixelOf(range.begin);
    const double right = pixelOf(range.end);
    if (right < area.left() || left > area.right())
        return;
    QColor fill = m_look.brush;
    fill.setAlphaF(0.14F);
    painter.setPen(QPen(m_look.brush, keyboard ? 1 : 1.5, keyboard ? Qt::DashLine : Qt::SolidLine));
    painter.setBrush(keyboard ? QBrush(Qt::NoBrush) : QBrush(fill));
    const QRectF place(QPointF(std::max<double>(left, area.left() - 9), area.top() - 9),
                       QPointF(std::min<double>(right, area.right() + 9), area.bottom() + 9));
    painter.drawRect(keyboard ? place.adjusted(0, 9.5, 0, -8.5) : place);
    if (keyboard)
        return;
    constexpr double grip = 3; // what can be taken hold of
    painter.setBrush(m_look.brush);
    for (const double edge : {left, right})
        painter.drawRoundedRect(QRectF(edge - grip / 2, area.center().y() - 9, grip, 18), 1.5, 1.5);
}

} // namespace flowscent::ui
