// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/row_copy.h"

#include "engine/base/csv.h"
#include "ui/models/cell_text.h"
#include "ui/models/flow_columns.h"
#include "ui/models/flow_text.h"

#include <QCoreApplication>
#include <QStringList>

namespace flowscent::ui {

namespace {

/// What may stand in a cell comes off the wire: a host called "=HYPERLINK(...)" must not run in a spreadsheet.
QString harmless(const QString& text, bool number)
{
    static const QString signs = QStringLiteral("=+-@");
    return !number && !text.isEmpty() && signs.contains(text.front()) ? QLatin1Char('\'') + text : text;
}

QString field(QString text, CopyFormat format)
{
    if (format == CopyFormat::Csv)
        return toQString(base::csvField(text.toStdString()));
    for (QChar& sign : text) {
        if (sign == QLatin1Char('\t') || sign == QLatin1Char('\n') || sign == QLatin1Char('\r'))
            sign = QLatin1Char(' ');
    }
    return text;
}

QString plain(const FlowFacts& facts, FlowColumn column, std::uint32_t flow)
{
    const bool number = columnText(column).number;
    QString text = cellText(facts, column, flow);
    if (number)
        text.remove(QChar(0x00A0)).remove(QChar(0x202F));
    return harmless(text, number);
}

} // namespace

QString rowsText(const FlowFacts& facts, const std::vector<FlowColumn>& columns, const std::vector<flow::FlowId>& flows,
                 CopyFormat format)
{
    const QChar separator = format == CopyFormat::Csv ? QLatin1Char(',') : QLatin1Char('\t');
    QStringList line;
    for (const FlowColumn column : columns)
        line << field(QCoreApplication::translate("FlowTableModel", columnText(column).name), format);
    QString text = line.join(separator) + QLatin1Char('\n');
    for (const flow::FlowId flow : flows) {
        line.clear();
        for (const FlowColumn column : columns)
            line << field(plain(facts, column, flow.value), format);
        text += line.join(separator) + QLatin1Char('\n');
    }
    return text;
}

} // namespace flowscent::ui
