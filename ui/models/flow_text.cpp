// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/flow_text.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include <array>
#include <cmath>

namespace flowscent::ui {

namespace {

QString translated(const char* text)
{
    return QCoreApplication::translate("flowscent", text);
}

QDateTime utc(base::Nanoseconds time)
{
    constexpr base::Nanoseconds nanosecondsPerMillisecond = 1'000'000;
    return QDateTime::fromMSecsSinceEpoch(time / nanosecondsPerMillisecond, Qt::UTC);
}

} // namespace

QString toQString(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString countText(std::uint64_t count)
{
    constexpr QChar thinGap(0x202F); // narrow, does not break
    QString digits = QString::number(static_cast<qulonglong>(count));
    for (qsizetype at = digits.size() - 3; at > 0; at -= 3)
        digits.insert(at, thinGap);
    return digits;
}

QString bytesText(std::uint64_t bytes)
{
    static constexpr std::array<const char*, 6> units{"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000)
        return QStringLiteral("%1 B").arg(bytes);
    auto value = static_cast<double>(bytes) / 1000;
    std::size_t unit = 0;
    for (; value >= 999.5 && unit + 1 < units.size(); ++unit)
        value /= 1000;
    return QStringLiteral("%1 %2").arg(value, 0, 'f', value < 9.95 ? 1 : 0).arg(QLatin1String(units[unit]));
}

QString flowsText(std::uint64_t count)
{
    return count == 1 ? translated("1 flow") : translated("%1 flows").arg(countText(count));
}

QString scoreText(float score)
{
    return std::isnan(score) ? QString() : QString::number(static_cast<double>(score), 'f', 3);
}

QString changeText(float change)
{
    if (std::isnan(change))
        return {};
    const QString size = QString::number(std::abs(static_cast<double>(change)), 'f', 3);
    const QChar sign = change < 0 ? QChar(0x2212) : QLatin1Char('+');
    return size == QLatin1String("0.000") ? size : sign + size;
}

QString dateTimeText(base::Nanoseconds time)
{
    return utc(time).toString(QStringLiteral("yyyy-MM-dd hh:mm:ss.zzz"));
}

QString dayText(base::Nanoseconds time)
{
    const QDate day = utc(time).toLocalTime().date();
    return QLocale().toString(day, day.year() == QDate::currentDate().year() ? QStringLiteral("d MMM")
                                                                             : QStringLiteral("d MMM yyyy"));
}

QString timeText(base::Nanoseconds time)
{
    return utc(time).toString(QStringLiteral("hh:mm:ss.zzz"));
}

QString durationText(double seconds)
{
    return QString::number(seconds, 'f', 3) + QStringLiteral(" s");
}

QString labelText(hunt::Label label)
{
    switch (label) {
    case hunt::Label::Threat:
        return translated("threat");
    case hunt::Label::NotThreat:
        return translated("not this");
    case hunt::Label::Unsure:
        return translated("unsure");
    case hunt::Label::None:
        break;
    }
    return {};
}

QString stateMeaning(flow::TcpState state)
{
    static constexpr std::array<const char*, 14> meanings{
        "",
        "S0: asked, never answered",
        "S1: open, no end seen",
        "SF: complete, closed by both sides",
        "REJ: refused",
        "S2: open, the source asked to close",
        "S3: open, the destination asked to close",
        "RSTO: the source broke it off",
        "RSTR: the destination broke it off",
        "RSTOS0: the source asked and broke it off",
        "RSTRH: the destination answered an unseen request and broke it off",
        "SH: the source asked and closed without an answer",
        "SHR: an answer and a close without a request",
        "OTH: no beginning seen",
    };
    const auto index = static_cast<std::size_t>(state);
    return index == 0 || index >= meanings.size() ? QString() : translated(meanings[index]);
}

QString endMeaning(flow::FlowEnd end)
{
    switch (end) {
    case flow::FlowEnd::Open:
        return translated("still open");
    case flow::FlowEnd::Idle:
        return translated("silent for 120 s");
    case flow::FlowEnd::ActiveTimeout:
        return translated("cut after one hour");
    case flow::FlowEnd::TcpClose:
        return translated("closed by TCP");
    case flow::FlowEnd::SourceEnded:
        return translated("the capture ends");
    case flow::FlowEnd::PortReused:
        return translated("its ports were used again");
    }
    return {};
}

QString withoutPacketsText(flow::Origin origin)
{
    return translated("This flow was imported from %1: its packets are not in this capture.")
        .arg(toQString(flow::sourceText(origin)));
}

QString endpointText(const packet::Endpoint& end)
{
    const QString address = toQString(packet::text(end.address));
    return (end.address.v6 ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(address).arg(end.port);
}

QString flowText(const flow::FlowTable& table, flow::FlowId flow)
{
    return QStringLiteral("%1 → %2 %3")
        .arg(toQString(packet::text(table.client[flow.value].address)), endpointText(table.server[flow.value]),
             toQString(flow::protocolText(table.protocol[flow.value])));
}

} // namespace flowscent::ui
