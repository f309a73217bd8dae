// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/retro_text.h"

#include "ui/models/flow_text.h"

#include <QCoreApplication>
#include <QStringList>

namespace flowscent::ui {

namespace {

QString translated(const char* text)
{
    return QCoreApplication::translate("flowscent", text);
}

QString nameOf(const std::filesystem::path& file)
{
    return QString::fromStdString(file.filename().string());
}

} // namespace

QString retroText(const RetroFindings& findings)
{
    const store::RetroReport& report = findings.report;
    QStringList hits;
    std::size_t clean = 0;
    for (const store::CaptureFinding& found : report.findings) {
        const store::HuntedCapture& capture = report.captures[found.capture];
        if (found.hits > 0)
            hits << translated("%1 among %2 of %3, first seen %4 UTC")
                        .arg(countText(found.hits), flowsText(capture.flows), nameOf(capture.file),
                             dateTimeText(found.firstSeen));
        else if (!capture.skipped)
            ++clean;
    }
    QStringList remarks;
    for (const store::HuntedCapture& capture : report.captures) {
        if (!capture.remark.empty())
            remarks << translated("%1: %2").arg(nameOf(capture.file), QString::fromStdString(capture.remark));
    }
    QString text =
        translated("%1 version %2 went through other captures. ").arg(findings.detector, countText(findings.version));
    text += hits.isEmpty() ? translated("No earlier hits.")
                           : translated("Earlier hits: %1.").arg(hits.join(QStringLiteral("; ")));
    if (clean > 0)
        text += translated(" Captures without a hit: %1.").arg(countText(clean));
    if (report.cancelled)
        text += translated(" Stopped as you asked; the other captures were not looked through.");
    if (!remarks.isEmpty())
        text += QLatin1Char(' ') + remarks.join(QLatin1Char(' '));
    return text;
}

} // namespace flowscent::ui
