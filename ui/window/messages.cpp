// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/messages.h"

#include "ui/models/flow_text.h"

#include <QCoreApplication>
#include <QStringList>

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
        return translated("Flowscent reads pcap and pcapng files, also packed as gz, xz, zst, lz4, bz2 or zip.");
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
        if (counters.skipped[i] > 0)
            reasons << translated("%1 %2").arg(toQString(packet::text(static_cast<packet::SkipReason>(i))),
                                               countText(counters.skipped[i]));
    }
    return reasons.join(QStringLiteral(", "));
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
    if (outcome.damage)
        return translated("%1 The %2 before it are shown. If the file is still being written, open it again later.")
            .arg(sentence(*outcome.damage), kept);
    if (outcome.cancelled)
        return translated("Stopped as you asked. The %1 read so far are shown; open the file again for the rest.")
            .arg(kept);
    if (outcome.counters.packets == 0)
        return translated("This file is valid but contains no packets.");
    if (outcome.table->size() == 0)
        return translated("No packet of this capture belongs to a flow. Left out: %1.")
            .arg(skippedCounts(outcome.counters));
    if (!outcome.remark.empty())
        return QString::fromStdString(outcome.remark) + QLatin1Char('.');
    return std::nullopt;
}

} // namespace flowscent::ui
