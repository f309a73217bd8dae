// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/time_ticker.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>
#include <limits>

namespace flowscent::ui {

namespace {

using base::Nanoseconds;

/// `seconds` after `origin`, as far as 64 bits go.
Nanoseconds timeAt(Nanoseconds origin, double seconds)
{
    constexpr auto most = static_cast<double>(std::numeric_limits<Nanoseconds>::max() / 2);
    const double apart = std::clamp(seconds * 1e9, -most, most);
    const auto whole = static_cast<Nanoseconds>(apart);
    if (whole > 0 && origin > std::numeric_limits<Nanoseconds>::max() - whole)
        return std::numeric_limits<Nanoseconds>::max();
    return whole < 0 && origin < std::numeric_limits<Nanoseconds>::min() - whole
               ? std::numeric_limits<Nanoseconds>::min()
               : origin + whole;
}

} // namespace

QString tickText(Nanoseconds time, std::optional<Nanoseconds> before, flow::TimeStep step)
{
    using Unit = flow::TimeStep::Unit;
    constexpr Nanoseconds millisecond = 1'000'000;
    const auto utc = [](Nanoseconds at) { return QDateTime::fromMSecsSinceEpoch(at / millisecond, Qt::UTC); };
    const QLocale words; // names of months in the language of the person
    const auto text = [&](const char* format) { return words.toString(utc(time), QLatin1String(format)); };
    const bool newDay = !before || utc(*before).date() != utc(time).date();
    const bool newYear = !before || utc(*before).date().year() != utc(time).date().year();
    switch (step.unit) {
    case Unit::Millisecond:
        return text("hh:mm:ss.zzz");
    case Unit::Second:
        return text("hh:mm:ss");
    case Unit::Minute:
    case Unit::Hour:
        return newDay ? text("dd MMM hh:mm") : text("hh:mm");
    case Unit::Day:
        return newYear ? text("dd MMM yyyy") : text("dd MMM");
    case Unit::Month:
        return newYear ? text("MMM yyyy") : text("MMM");
    case Unit::Year:
        break;
    }
    return text("yyyy");
}

void TimeTicker::setRoom(std::size_t labels, double half)
{
    m_most = std::max<std::size_t>(labels, 1);
    m_half = half;
}

void TimeTicker::generate(const QCPRange& range, const QLocale& /*locale*/, QChar /*formatChar*/, int /*precision*/,
                          QVector<double>& ticks, QVector<double>* subTicks, QVector<QString>* tickLabels)
{
    ticks.clear();
    if (subTicks != nullptr)
        subTicks->clear();
    if (tickLabels != nullptr)
        tickLabels->clear();
    const auto buckets =
        flow::TimeBuckets::over({timeAt(m_origin, range.lower), timeAt(m_origin, range.upper)}, m_most);
    const double room = m_half * range.size();
    std::optional<Nanoseconds> before;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        const Nanoseconds time = buckets.begin(i);
        const double at = (static_cast<double>(time) - static_cast<double>(m_origin)) / 1e9;
        const double exact =
            std::abs(at) < 1e9 ? static_cast<double>(time - m_origin) / 1e9 : at; // far apart, a difference overflows
        if (exact < range.lower + room || exact > range.upper - room)
            continue;
        ticks.push_back(exact);
        if (tickLabels != nullptr)
            tickLabels->push_back(tickText(time, before, buckets.step()));
        before = time;
    }
}

} // namespace flowscent::ui
