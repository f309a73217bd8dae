// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/messages.h"

#include "ui/models/flow_text.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace flowscent::ui {

using base::Error;

namespace {

QString translated(const char* text)
{
    return QCoreApplication::translate("flowscent", text);
}

QString sentence(const Error& error)
{
    QString text = QString::fromStdString(error.sentence());
    if (!text.endsWith(QLatin1Char('.')))
        text += QLatin1Char('.');
    return text;
}

QString advice(Error::Code code)
{
    switch (code) {
    case Error::Code::Io:
        return translated("Check that the file is there and may be read.");
    case Error::Code::Format:
    case Error::Code::Truncated:
        return translated("Flowscent reads pcap and pcapng files, also packed as gz, xz, zst, lz4, bz2 or zip, Zeek's "
                          "conn.log and Suricata's eve.json.");
    case Error::Code::Support:
        return translated("Mark flows of the threat with M, and what only looks like it with X.");
    case Error::Code::Model:
        return translated("Install the shipped model again. Browsing works; adapting does not.");
    case Error::Code::Unavailable:
    case Error::Code::Argument:
    case Error::Code::Cancelled:
        break;
    }
    return {};
}

QString skippedCounts(const flow::AssemblerCounters& counters)
{
    QStringList reasons;
    for (std::size_t i = 0; i < counters.skipped.size(); ++i) {
        if (counters.skipped[i] == 0)
            continue;
        const QString reason = toQString(packet::text(static_cast<packet::SkipReason>(i)));
        const std::uint64_t first = counters.firstSkipped[i];
        reasons << (first == 0 ? translated("%1 %2").arg(countText(counters.skipped[i]), reason)
                               : translated("%1 %2 (first: packet %3)")
                                     .arg(countText(counters.skipped[i]), reason, countText(first)));
    }
    return reasons.join(QStringLiteral(", "));
}

/// What the logs gave besides their flows.
QString logRemarks(const flow::ReadOutcome& outcome)
{
    QStringList remarks;
    for (const flow::LogReport& log : outcome.logs) {
        const QString name = QString::fromStdString(log.file.filename().string());
        if (log.flows == 0 && !log.trouble)
            remarks << translated("%1 holds no flows.").arg(name);
        if (log.otherEvents.count > 0)
            remarks << translated("%1: lines about other things than flows, passed over: %2.")
                           .arg(name, countText(log.otherEvents.count));
        if (log.foreignCommunityIds.count > 0)
            remarks << translated("%1: Community IDs that are not ours (another seed?): %2, first in line %3.")
                           .arg(name, countText(log.foreignCommunityIds.count),
                                countText(log.foreignCommunityIds.firstLine));
    }
    return remarks.join(QLatin1Char(' '));
}

bool damageIsOfLog(const flow::ReadOutcome& outcome)
{
    return std::ranges::any_of(outcome.logs,
                               [&](const flow::LogReport& log) { return log.damage() == outcome.damage; });
}

} // namespace

QString failureMessage(const Error& error, bool captureOpen)
{
    QStringList parts{sentence(error)};
    if (captureOpen)
        parts << translated("What is open stays as it was.");
    parts << advice(error.code);
    parts.removeAll(QString());
    return parts.join(QLatin1Char(' '));
}

std::optional<QString> readMessage(const flow::ReadOutcome& outcome)
{
    const QString kept = flowsText(outcome.table->size());
    if (outcome.damage && damageIsOfLog(outcome))
        return translated("%1 All other lines are shown: %2.").arg(sentence(*outcome.damage), kept);
    if (outcome.damage)
        return translated("%1 The %2 before it are shown. If the file is still being written, open it again later.")
            .arg(sentence(*outcome.damage), kept);
    if (outcome.cancelled)
        return translated("Stopped as you asked. The %1 read so far are shown; open the file again for the rest.")
            .arg(kept);
    if (const QString remarks = logRemarks(outcome); !remarks.isEmpty())
        return remarks;
    if (outcome.counters.packets == 0 && outcome.logs.empty())
        return translated("This file is valid but contains no packets.");
    if (outcome.table->size() == 0 && outcome.counters.packets > 0)
        return translated("No packet of this capture belongs to a flow. Left out: %1.")
            .arg(skippedCounts(outcome.counters));
    if (!outcome.remark.empty())
        return QString::fromStdString(outcome.remark) + QLatin1Char('.');
    return std::nullopt;
}

} // namespace flowscent::ui
