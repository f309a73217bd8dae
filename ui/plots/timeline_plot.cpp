// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/timeline_plot.h"

#include "ui/models/flow_text.h"
#include "ui/plots/colours.h"
#include "ui/plots/plot_style.h"
#include "ui/plots/time_ticker.h"

#include <QEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <limits>

namespace flowscent::ui {

namespace {

using base::Nanoseconds;

constexpr double grip = 6;       ///< pixels on either side of an edge at which it can be taken hold of
constexpr double dragFrom = 4;   ///< pixels; less is a click
constexpr double bucketRoom = 4; ///< pixels
constexpr Nanoseconds shortestSpan = 20'000'000;

QColor mixed(const QColor& a, const QColor& b, double share)
{
    const auto part = [share](int one, int other) { return static_cast<int>(one * share + other * (1 - share)); };
    return {part(a.red(), b.red()), part(a.green(), b.green()), part(a.blue(), b.blue())};
}

} // namespace

TimelinePlot::TimelinePlot(QWidget* parent)
    : QWidget(parent)
    , m_plot(new QCustomPlot(this))
    , m_bars(new TimelineBars(m_plot->xAxis, m_plot->yAxis))
    , m_ticker(new TimeTicker)
    , m_heights(new QCPAxisTickerText)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_plot);
    m_plot->setObjectName(QStringLiteral("timelinePlot"));
    m_plot->setAccessibleName(tr("Flows over time"));
    m_plot->setFocusPolicy(Qt::StrongFocus);
    m_plot->setMouseTracking(true);
    m_plot->installEventFilter(this);
    m_plot->xAxis->setTicker(m_ticker);
    m_plot->yAxis->setTicker(m_heights);
    m_plot->axisRect()->setMinimumMargins({0, 4, 10, 0});
    connect(m_plot, &QCustomPlot::mousePress, this, &TimelinePlot::press);
    connect(m_plot, &QCustomPlot::mouseMove, this, &TimelinePlot::drag);
    connect(m_plot, &QCustomPlot::mouseRelease, this, &TimelinePlot::release);
    connect(m_plot, &QCustomPlot::mouseDoubleClick, this, &TimelinePlot::clearOrShowAll);
    dress();
}

void TimelinePlot::setAnswer(std::shared_ptr<const TimelineAnswer> answer)
{
    const bool sameBuckets = m_answer && answer && m_answer->passing.buckets == answer->passing.buckets;
    m_answer = std::move(answer);
    m_bars->setAnswer(m_answer);
    if (!sameBuckets) {
        m_cursor.reset();
        m_extended.reset();
        m_bars->setCursor(std::nullopt);
    }
    dress();
}

void TimelinePlot::setMeasure(TimelineMeasure measure)
{
    m_measure = measure;
    m_bars->setMeasure(measure);
    m_bars->measure();
    fit();
}

void TimelinePlot::setRootScale(bool root)
{
    m_bars->setRootScale(root);
    fit();
}

void TimelinePlot::setBrush(const std::optional<TimeRange>& brush)
{
    m_brush = brush;
    if (m_drag == Drag::None)
        m_bars->setBrush(brush);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void TimelinePlot::setEmptyText(const QString& text)
{
    m_bars->setEmptyText(text);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

std::size_t TimelinePlot::roomForBuckets() const
{
    constexpr std::size_t step = 50; // not another question for every pixel of a window that is being drawn larger
    const auto room = static_cast<std::size_t>(std::max(0.0, width() / bucketRoom));
    return std::clamp<std::size_t>(room / step * step, step, 600);
}

std::array<QString, timelineGroups> TimelinePlot::groupNames(TimelineGroups groups)
{
    switch (groups) {
    case TimelineGroups::Protocol:
        return {tr("tcp"), tr("udp"), tr("icmp"), tr("other")};
    case TimelineGroups::Verdict:
        return {tr("threat"), tr("unsure"), tr("normal"), tr("not judged")};
    case TimelineGroups::Label:
        break;
    }
    return {tr("marked threat"), tr("marked not this"), tr("marked unsure"), tr("no label")};
}

std::array<QColor, timelineGroups> TimelinePlot::groupColours(TimelineGroups groups) const
{
    const Colours colours = Colours::of(palette());
    const QColor ground = palette().color(QPalette::Base);
    const QColor rest = mixed(colours.quiet, ground, 0.7);
    switch (groups) {
    case TimelineGroups::Protocol: // one hue, told apart by lightness: protocols are no judgement
        return {colours.accent, mixed(colours.accent, ground, 0.5), colours.muted, rest};
    case TimelineGroups::Verdict:
        return {colours.threat, colours.unsure, colours.quiet, rest};
    case TimelineGroups::Label:
        break;
    }
    return {colours.threat, colours.notThreat, colours.unsure, rest};
}

QString TimelinePlot::barText(std::size_t bucket) const
{
    if (!m_answer || bucket >= m_answer->all.size())
        return {};
    const flow::TimeBuckets& buckets = m_answer->passing.buckets;
    const flow::Amount passing = m_answer->passing.total(bucket);
    const flow::Amount& all = m_answer->all[bucket];
    QStringList lines{timeRangeText({buckets.begin(bucket), buckets.end(bucket)}) + QStringLiteral(" UTC")};
    lines << (passing.flows == all.flows ? QStringLiteral("%1, %2").arg(flowsText(all.flows), bytesText(all.bytes))
                                         : tr("%1 of %2 pass the filter, %3 of %4")
                                               .arg(countText(passing.flows), flowsText(all.flows),
                                                    bytesText(passing.bytes), bytesText(all.bytes)));
    const auto names = groupNames(m_answer->question.groups);
    for (std::size_t group = 0; group < m_answer->passing.groups; ++group) {
        const flow::Amount& amount = m_answer->passing.at(bucket, group);
        if (amount.flows > 0)
            lines << QStringLiteral("%1: %2, %3").arg(names[group], flowsText(amount.flows), bytesText(amount.bytes));
    }
    if (m_answer->alarms[bucket] > 0)
        lines << tr("▼ alarms: %1").arg(countText(m_answer->alarms[bucket]));
    if (m_answer->threats[bucket] > 0)
        lines << tr("◆ marked threat: %1").arg(countText(m_answer->threats[bucket]));
    if (m_answer->counters[bucket] > 0)
        lines << tr("□ marked not this: %1").arg(countText(m_answer->counters[bucket]));
    return lines.join(QLatin1Char('\n'));
}

QStringList TimelinePlot::tickLabels() const
{
    QStringList labels;
    for (const QString& label : m_plot->xAxis->tickVectorLabels())
        labels << label;
    return labels;
}

std::optional<std::size_t> TimelinePlot::bucketAt(double pixel) const
{
    return m_answer ? m_answer->passing.buckets.of(m_bars->timeAt(pixel)) : std::nullopt;
}

/// From the beginning of the bucket that holds the earlier time to the end of the other's; times outside of all buckets
/// count as the nearest.
TimeRange TimelinePlot::wholeBuckets(Nanoseconds a, Nanoseconds b) const
{
    const flow::TimeBuckets& buckets = m_answer->passing.buckets;
    const auto bucket = [&buckets](Nanoseconds time) {
        if (time < buckets.begin(0))
            return std::size_t{0};
        return buckets.of(time).value_or(buckets.size() - 1);
    };
    const auto [first, last] = std::minmax(a, b);
    return {buckets.begin(bucket(first)), buckets.end(bucket(last))};
}

TimelinePlot::Drag TimelinePlot::edgeAt(double pixel) const
{
    if (!m_brush || !m_answer)
        return Drag::None;
    const double begin = std::abs(m_bars->pixelOf(m_brush->begin) - pixel);
    const double end = std::abs(m_bars->pixelOf(m_brush->end) - pixel);
    if (std::min(begin, end) > grip)
        return Drag::None;
    return begin < end ? Drag::Begin : Drag::End;
}

void TimelinePlot::press(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || !m_answer)
        return;
    m_pressedAt = event->position().x();
    m_drag = edgeAt(m_pressedAt);
    if (m_drag == Drag::None) {
        m_drag = Drag::New;
        m_anchor = m_bars->timeAt(m_pressedAt);
    } else {
        m_anchor = m_drag == Drag::Begin ? m_brush->end - 1 : m_brush->begin;
    }
}

void TimelinePlot::drag(QMouseEvent* event)
{
    const double x = event->position().x();
    if (m_drag == Drag::None) {
        m_plot->setCursor(edgeAt(x) == Drag::None ? Qt::ArrowCursor : Qt::SizeHorCursor);
        return;
    }
    if (!m_answer || (!m_dragged && std::abs(x - m_pressedAt) < dragFrom))
        return;
    m_dragged = wholeBuckets(m_anchor, m_bars->timeAt(x));
    m_bars->setBrush(m_dragged);
    m_plot->replot(QCustomPlot::rpQueuedReplot);
    QToolTip::showText(event->globalPosition().toPoint(), timeRangeText(*m_dragged), m_plot);
}

void TimelinePlot::release(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton || std::exchange(m_drag, Drag::None) == Drag::None)
        return;
    if (const auto range = std::exchange(m_dragged, std::nullopt)) {
        m_bars->setBrush(m_brush); // until the query says that it is so
        Q_EMIT brushed(*range);
    } else if (const auto bucket = bucketAt(event->position().x())) {
        m_cursor = bucket;
        m_extended.reset();
        showCursor();
    }
}

void TimelinePlot::clearOrShowAll()
{
    m_drag = Drag::None;
    m_dragged.reset();
    m_bars->setBrush(m_brush);
    if (m_brush)
        Q_EMIT brushCleared();
    else
        Q_EMIT spanAsked(std::nullopt);
}

void TimelinePlot::zoom(double factor, double pixel)
{
    const QCPRange range = m_plot->xAxis->range();
    const double centre = m_plot->xAxis->pixelToCoord(pixel);
    askFor(centre - (centre - range.lower) * factor, centre + (range.upper - centre) * factor);
}

void TimelinePlot::move(double share)
{
    const QCPRange range = m_plot->xAxis->range();
    askFor(range.lower + share * range.size(), range.upper + share * range.size());
}

/// Coordinates of the axis; asks for no more than there is and no less than can be read.
void TimelinePlot::askFor(double first, double last)
{
    if (!m_answer)
        return;
    const double end = m_bars->xOf(m_answer->whole.last);
    const double least = std::min(static_cast<double>(shortestSpan) / 1e9, end);
    const double size = std::max(last - first, least);
    if (size >= end) {
        Q_EMIT spanAsked(std::nullopt);
        return;
    }
    const double begin = std::clamp(first, 0.0, end - size);
    const auto time = [this](double x) { return m_bars->timeAt(m_plot->xAxis->coordToPixel(x)); };
    Q_EMIT spanAsked(flow::TimeSpan{time(begin), time(begin + size)});
}

bool TimelinePlot::key(int key, Qt::KeyboardModifiers modifiers)
{
    const bool shift = modifiers.testFlag(Qt::ShiftModifier);
    constexpr qsizetype far = 1'000'000;
    switch (key) {
    case Qt::Key_Left:
        moveCursor(-1, shift);
        return true;
    case Qt::Key_Right:
        moveCursor(1, shift);
        return true;
    case Qt::Key_Home:
        moveCursor(-far, shift);
        return true;
    case Qt::Key_End:
        moveCursor(far, shift);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_cursor && m_answer) {
            const auto [first, last] = std::minmax({*m_cursor, m_extended.value_or(*m_cursor)});
            Q_EMIT brushed({m_answer->passing.buckets.begin(first), m_answer->passing.buckets.end(last)});
        }
        return true;
    case Qt::Key_Escape:
        clearOrShowAll();
        return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
    case Qt::Key_Minus: {
        const double centre =
            m_cursor && m_answer ? m_bars->pixelOf(m_answer->passing.buckets.begin(*m_cursor)) : width() / 2.0;
        zoom(key == Qt::Key_Minus ? 2 : 0.5, centre);
        return true;
    }
    default:
        return false;
    }
}

void TimelinePlot::moveCursor(qsizetype steps, bool extend)
{
    if (!m_answer || m_answer->passing.buckets.empty())
        return;
    const auto last = static_cast<qsizetype>(m_answer->passing.buckets.size()) - 1;
    if (extend && !m_extended)
        m_extended = m_cursor.value_or(0);
    if (!extend)
        m_extended.reset();
    const qsizetype from = m_cursor ? static_cast<qsizetype>(*m_cursor) : (steps > 0 ? -1 : last + 1);
    m_cursor = static_cast<std::size_t>(std::clamp<qsizetype>(from + steps, 0, last));
    showCursor();
}

void TimelinePlot::showCursor()
{
    const flow::TimeBuckets& buckets = m_answer->passing.buckets;
    const auto [first, last] = std::minmax({*m_cursor, m_extended.value_or(*m_cursor)});
    m_bars->setCursor(TimeRange{buckets.begin(first), buckets.end(last)});
    m_plot->setAccessibleDescription(barText(*m_cursor));
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

bool TimelinePlot::eventFilter(QObject* watched, QEvent* event)
{
    if (watched != m_plot)
        return QWidget::eventFilter(watched, event);
    switch (event->type()) {
    case QEvent::KeyPress: {
        const auto* pressed = static_cast<QKeyEvent*>(event);
        if (!key(pressed->key(), pressed->modifiers()))
            break;
        if (m_cursor && m_answer) { // who goes by keyboard wants to read the bar too
            const double x = m_bars->pixelOf(m_answer->passing.buckets.begin(*m_cursor));
            QToolTip::showText(m_plot->mapToGlobal(QPoint(static_cast<int>(x), m_plot->height())), barText(*m_cursor),
                               m_plot);
        }
        return true;
    }
    case QEvent::Wheel: {
        const auto* wheel = static_cast<QWheelEvent*>(event);
        const QPoint turned = wheel->angleDelta();
        constexpr double notch = 120;
        const bool along =
            wheel->modifiers().testFlag(Qt::ShiftModifier) || std::abs(turned.x()) > std::abs(turned.y());
        if (along)
            move(-(turned.x() != 0 ? turned.x() : turned.y()) / notch * 0.15);
        else
            zoom(std::pow(0.8, turned.y() / notch), wheel->position().x());
        event->accept();
        return true;
    }
    case QEvent::ToolTip: {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto bucket = bucketAt(help->pos().x());
        QToolTip::showText(help->globalPos(), bucket ? barText(*bucket) : QString(), m_plot);
        return true;
    }
    case QEvent::FocusOut:
        m_bars->setCursor(std::nullopt);
        m_plot->replot(QCustomPlot::rpQueuedReplot);
        break;
    default:
        break;
    }
    return QWidget::eventFilter(watched, event);
}

void TimelinePlot::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fit();
    Q_EMIT roomChanged();
}

void TimelinePlot::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        dress();
}

/// Ranges and ticks of both axes for what is shown. A single bar stands in the middle.
void TimelinePlot::fit()
{
    const bool bars = m_answer && m_bars->highest() > 0;
    m_plot->xAxis->setVisible(bars);
    m_plot->yAxis->setVisible(bars);
    if (bars) {
        const flow::TimeBuckets& buckets = m_answer->passing.buckets;
        m_ticker->setOrigin(m_bars->origin());
        const double begin = m_bars->xOf(buckets.begin(0));
        const double end = m_bars->xOf(buckets.end(buckets.size() - 1));
        constexpr std::size_t few = 7; // fewer bars than this would be slabs
        const double room = buckets.size() < few ? (end - begin) * static_cast<double>(few - buckets.size()) /
                                                       (2.0 * static_cast<double>(buckets.size()))
                                                 : 0;
        m_plot->xAxis->setRange(begin - room, end + room);
        const double label = QFontMetrics(font()).horizontalAdvance(QStringLiteral("00:00:00.000"));
        const double across = std::max(1, m_plot->axisRect()->width());
        m_ticker->setRoom(static_cast<std::size_t>(across / (1.3 * label)), 0.5 * label / across);
        m_heights->clear();
        const std::uint64_t highest = m_bars->highest();
        m_heights->addTick(1, m_measure == TimelineMeasure::Flows ? countText(highest) : bytesText(highest));
        m_heights->addTick(0, QStringLiteral("0"));
        const double height = std::max(1, m_plot->axisRect()->height());
        const double marks = std::min(m_bars->marksHeight(), height * 0.8);
        m_plot->yAxis->setRange(0, height / (height - marks));
    }
    m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void TimelinePlot::dress()
{
    const Colours colours = Colours::of(palette());
    styleBackground(*m_plot);
    styleAxes(*m_plot->axisRect(), colours);
    for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
        axis->setTickLabelFont(font());
        axis->grid()->setVisible(false);
    }
    QColor whole = colours.quiet;
    whole.setAlphaF(0.3F);
    m_bars->setLook({.groups = groupColours(m_answer ? m_answer->question.groups : TimelineGroups::Protocol),
                     .whole = whole,
                     .alarm = colours.threat,
                     .threat = colours.threat,
                     .counter = colours.notThreat,
                     .brush = colours.accent,
                     .text = colours.muted});
    const int line = QFontMetrics(font()).height();
    m_plot->setMinimumHeight(2 * line + 20); // QCustomPlot cannot paint into an empty buffer
    fit();
}

} // namespace flowscent::ui
