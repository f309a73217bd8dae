// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/plots/timeline_bars.h"

namespace flowscent::ui {

class TimeTicker;

/// The capture over time, to look at and to brush. Dragging brushes whole buckets, dragging an edge moves it; a double
/// click or Esc takes the brush away, and where there is none, shows everything again. The wheel zooms around the
/// mouse, with Shift it moves along. By keyboard: arrows go from bar to bar, Shift extends, Enter brushes, + and -
/// zoom. It asks for what it needs and changes nothing itself: brushes and spans come back through the setters.
class TimelinePlot : public QWidget {
    Q_OBJECT

public:
    explicit TimelinePlot(QWidget* parent = nullptr);

    void setAnswer(std::shared_ptr<const TimelineAnswer> answer);
    void setMeasure(TimelineMeasure measure);
    void setRootScale(bool root);
    void setBrush(const std::optional<TimeRange>& brush);
    void setEmptyText(const QString& text);

    /// Buckets that have room.
    [[nodiscard]] std::size_t roomForBuckets() const;
    /// What a bar is, in words: time, flows and bytes by group, alarms, labels.
    [[nodiscard]] QString barText(std::size_t bucket) const;
    /// Names of the groups, bottom to top.
    [[nodiscard]] static std::array<QString, timelineGroups> groupNames(TimelineGroups groups);
    [[nodiscard]] std::array<QColor, timelineGroups> groupColours(TimelineGroups groups) const;

    [[nodiscard]] QCustomPlot& plot() { return *m_plot; }
    [[nodiscard]] std::shared_ptr<const TimelineAnswer> answer() const { return m_answer; }
    [[nodiscard]] const TimelineBars& bars() const { return *m_bars; }
    [[nodiscard]] std::optional<TimeRange> brush() const { return m_brush; }
    [[nodiscard]] QStringList tickLabels() const; ///< of the time axis

Q_SIGNALS:
    void brushed(const flowscent::ui::TimeRange& range);
    void brushCleared();
    /// What part of the capture is to be shown; nothing for all of it.
    void spanAsked(const std::optional<flowscent::flow::TimeSpan>& span);
    void roomChanged();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    enum class Drag : std::uint8_t { None, New, Begin, End };

    void press(QMouseEvent* event);
    void drag(QMouseEvent* event);
    void release(QMouseEvent* event);
    void clearOrShowAll();
    void zoom(double factor, double pixel);
    void move(double share);
    void askFor(double first, double last);
    bool key(int key, Qt::KeyboardModifiers modifiers);
    void moveCursor(qsizetype steps, bool extend);
    void showCursor();
    [[nodiscard]] std::optional<std::size_t> bucketAt(double pixel) const;
    [[nodiscard]] TimeRange wholeBuckets(base::Nanoseconds a, base::Nanoseconds b) const;
    [[nodiscard]] Drag edgeAt(double pixel) const;
    void fit();
    void dress();

    QCustomPlot* m_plot;
    TimelineBars* m_bars;
    QSharedPointer<TimeTicker> m_ticker;
    QSharedPointer<QCPAxisTickerText> m_heights;
    std::shared_ptr<const TimelineAnswer> m_answer;
    TimelineMeasure m_measure = TimelineMeasure::Flows;
    std::optional<TimeRange> m_brush;
    Drag m_drag = Drag::None;
    double m_pressedAt = 0;                ///< pixels
    base::Nanoseconds m_anchor = 0;        ///< the end of the brush that stays
    std::optional<TimeRange> m_dragged;    ///< the brush as it would be
    std::optional<std::size_t> m_cursor;   ///< bucket that the keyboard is at
    std::optional<std::size_t> m_extended; ///< where Shift began
};

} // namespace flowscent::ui
