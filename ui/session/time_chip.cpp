// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session/time_chip.h"

#include <QDateTime>
#include <QRegularExpression>

#include <algorithm>

namespace flowscent::ui {

namespace {

using base::Nanoseconds;

constexpr Nanoseconds second = base::nanosecondsPerSecond;
constexpr Nanoseconds day = 86'400 * second;
constexpr qint64 millisecond = 1'000'000; ///< ns

Nanoseconds dayOf(Nanoseconds time)
{
    return time / day - (time % day < 0 ? 1 : 0);
}

/// As the filter language reads it: "2026-05-01 12:00:05.250000000", without the fraction where there is none.
QString literal(Nanoseconds time)
{
    const Nanoseconds fraction = (time % second + second) % second;
    const QString whole = QDateTime::fromSecsSinceEpoch((time - fraction) / second, Qt::UTC)
                              .toString(QStringLiteral("yyyy-MM-dd hh:mm:ss"));
    if (fraction == 0)
        return whole;
    QString digits = QStringLiteral("%1").arg(fraction, 9, 10, QLatin1Char('0'));
    while (digits.endsWith(QLatin1Char('0')))
        digits.chop(1);
    return whole + QLatin1Char('.') + digits;
}

} // namespace

QString timeRangeText(const TimeRange& range, Day wanted)
{
    const auto both = [&range](Nanoseconds length) { return range.begin % length == 0 && range.end % length == 0; };
    QString clock;
    if (!both(second))
        clock = QStringLiteral("hh:mm:ss.zzz");
    else if (!both(60 * second) || range.end - range.begin < day)
        clock = QStringLiteral("hh:mm:ss");
    else if (!both(day))
        clock = QStringLiteral("hh:mm");
    const auto text = [&](Nanoseconds time, bool withDay) {
        QString format = withDay ? QStringLiteral("yyyy-MM-dd") : QString();
        if (!clock.isEmpty())
            format += (withDay ? QStringLiteral(" ") : QString()) + clock;
        return QDateTime::fromMSecsSinceEpoch(time / millisecond, Qt::UTC).toString(format);
    };
    // A range that ends at midnight ends on the day that it began on.
    const bool oneDay = dayOf(range.begin) == dayOf(range.end - 1) && !clock.isEmpty();
    return text(range.begin, !oneDay || wanted == Day::Always) + QChar(0x2013) + text(range.end, !oneDay);
}

QueryChip timeChip(const TimeRange& range)
{
    return {timeChipName, timeRangeText(range),
            QStringLiteral("start >= \"%1\" && start < \"%2\"").arg(literal(range.begin), literal(range.end)), nullptr};
}

std::optional<TimeRange> timeRangeOf(const QueryChip& chip)
{
    static const QRegularExpression form(QStringLiteral("^start >= \"([^\"]+)\" && start < \"([^\"]+)\"$"));
    const auto match = form.match(chip.expression);
    if (chip.name != timeChipName || !match.hasMatch())
        return std::nullopt;
    const auto time = [&match](int group) {
        return base::parseIso(match.captured(group).replace(QLatin1Char(' '), QLatin1Char('T')).toStdString());
    };
    const auto begin = time(1);
    const auto end = time(2);
    return begin && end ? std::optional(TimeRange{*begin, *end}) : std::nullopt;
}

std::optional<TimeRange> timeRangeOf(const QueryState& state)
{
    const auto found = std::ranges::find(state.chips, timeChipName, &QueryChip::name);
    return found == state.chips.end() ? std::nullopt : timeRangeOf(*found);
}

} // namespace flowscent::ui
