// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "ui/models/row_copy.h"

using namespace flowscent;
using ui::FlowColumn;

/// Rows on the clipboard.
class RowCopyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbersArePlainAndTextsQuotedWhereTheyMustBe()
    {
        auto names = std::make_shared<identify::Names>();
        auto table = std::make_shared<flow::FlowTable>(names);
        flow::FlowRecord record = test::madeFlow(1);
        record.statistics.bytes = {1'234'567, 5};
        record.identity.agent = names->add("curl, \"7\"");
        table->append(record);
        const ui::FlowFacts facts{.table = table};
        QCOMPARE(
            ui::rowsText(facts, {FlowColumn::Source, FlowColumn::BytesOut, FlowColumn::Agent}, {flow::FlowId(0)},
                         ui::CopyFormat::Csv),
            QStringLiteral("Source,\"Bytes, source to destination\",Agent\n10.0.0.2,1234567,\"curl, \"\"7\"\"\"\n"));
        QCOMPARE(ui::rowsText(facts, {FlowColumn::BytesOut, FlowColumn::Agent}, {flow::FlowId(0)}, ui::CopyFormat::Tsv),
                 QStringLiteral("Bytes, source to destination\tAgent\n1234567\tcurl, \"7\"\n"));
    }

    void whatLooksLikeAFormulaIsNone()
    {
        auto names = std::make_shared<identify::Names>();
        auto table = std::make_shared<flow::FlowTable>(names);
        flow::FlowRecord record = test::madeFlow(1);
        record.identity.host = names->add("=cmd|' /c calc'!a1");
        table->append(record);
        const QString text = ui::rowsText({.table = table}, {FlowColumn::Host}, {flow::FlowId(0)}, ui::CopyFormat::Tsv);
        QCOMPARE(text, QStringLiteral("Host\n'=cmd|' /c calc'!a1\n"));
    }
};

QTEST_GUILESS_MAIN(RowCopyTest)
#include "row_copy_test.moc"
