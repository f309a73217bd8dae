// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

#include <array>
#include <optional>

#include "ui/plots/qcustomplot.h"
#include "ui/session/overview.h"
#include "ui/session/time_chip.h"

namespace flowscent::ui {

/// How tall a bar is.
enum class TimelineMeasure : std::uint8_t { Flows, Bytes };

/// Draws what a timeline is made of between two axes: faint behind, every flow of the capture; before it, those that
/// pass, stacked by group; above, a triangle for every bucket with alarms and a diamond or square for labelled flows;
/// the brushed range and the bucket that the keyboard is at. What is not zero is never less than two pixels tall.
class TimelineBars : public QCPLayerable {
public:
    struct Look {
        std::array<QColor, timelineGroups> groups;
        QColor whole; ///< of the capture, behind
        QColor alarm;
        QColor threat;
        QColor counter;
        QColor brush;
        QColor text;
    };

    /// Axes and plot outlive the layer. The time axis counts seconds after `origin`.
    TimelineBars(QCPAxis* time, QCPAxis* height);

    void setAnswer(std::shared_ptr<const TimelineAnswer> answer);
    void setMeasure(TimelineMeasure measure) { m_measure = measure; }
    void setRootScale(bool root) { m_root = root; }
    void setBrush(const std::optional<TimeRange>& brush) { m_brush = brush; }
    void setCursor(const std::optional<TimeRange>& cursor) { m_cursor = cursor; } ///< buckets under the keyboard
    void setLook(const Look& look) { m_look = look; }
    void setEmptyText(const QString& text) { m_emptyText = text; }

    [[nodiscard]] base::Nanoseconds origin() const { return m_origin; }
    [[nodiscard]] double xOf(base::Nanoseconds time) const;     ///< coordinate of the time axis
    [[nodiscard]] double pixelOf(base::Nanoseconds time) const; ///< pixels from the left of the plot
    [[nodiscard]] base::Nanoseconds timeAt(double pixel) const;
    /// Where a part of a bar lies; empty where it is of nothing.
    [[nodiscard]] QRectF bar(std::size_t bucket, std::size_t group) const;
    [[nodiscard]] QRectF wholeBar(std::size_t bucket) const;          ///< of the capture, behind
    [[nodiscard]] std::uint64_t highest() const { return m_highest; } ///< of the whole capture's bars
    /// Pixels above the bars that are kept for marks.
    [[nodiscard]] double marksHeight() const;
    /// Finds the highest bar again.
    void measure();

protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
    void draw(QCPPainter* painter) override;
    [[nodiscard]] QRect clipRect() const override;

private:
    [[nodiscard]] std::uint64_t valueOf(const flow::Amount& amount) const;
    [[nodiscard]] double heightOf(std::uint64_t value) const;
    [[nodiscard]] QRectF column(std::size_t bucket) const;
    void drawBars(QCPPainter& painter) const;
    void drawMarks(QCPPainter& painter) const;
    void drawRange(QCPPainter& painter, const TimeRange& range, bool keyboard) const;

    QCPAxis* m_time;
    QCPAxis* m_height;
    std::shared_ptr<const TimelineAnswer> m_answer;
    base::Nanoseconds m_origin = 0;
    TimelineMeasure m_measure = TimelineMeasure::Flows;
    bool m_root = false;
    std::uint64_t m_highest = 0;
    bool m_anyAlarms = false;
    bool m_anyLabels = false;
    std::optional<TimeRange> m_brush;
    std::optional<TimeRange> m_cursor;
    Look m_look;
    QString m_emptyText;
};

} // namespace flowscent::ui
