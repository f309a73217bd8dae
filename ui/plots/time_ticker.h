// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/timestamp.h"
#include "engine/flow/summary/time_buckets.h"
#include "ui/plots/qcustomplot.h"

namespace flowscent::ui {

/// Ticks where a clock or a calendar would put them (UTC), from milliseconds to centuries, and no more than have room.
/// Axis coordinates are seconds after `origin`, because a double cannot tell milliseconds apart and reach back to 1970.
class TimeTicker : public QCPAxisTicker {
public:
    void setOrigin(base::Nanoseconds origin) { m_origin = origin; }
    /// How many labels have room side by side, and how much of the axis half a label takes (it is not to stick out).
    void setRoom(std::size_t labels, double half);

    void generate(const QCPRange& range, const QLocale& locale, QChar formatChar, int precision, QVector<double>& ticks,
                  QVector<double>* subTicks, QVector<QString>* tickLabels) override;

private:
    base::Nanoseconds m_origin = 0;
    std::size_t m_most = 6;
    double m_half = 0; ///< share of the range
};

/// "12:05", "12:00:07.250", "01 May", "May 2026", "2026": what tells `time` from the tick before it, which was at
/// `before` (or nothing for the first).
[[nodiscard]] QString tickText(base::Nanoseconds time, std::optional<base::Nanoseconds> before, flow::TimeStep step);

} // namespace flowscent::ui
