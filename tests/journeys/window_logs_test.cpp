// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/workbench.h"
#include "ui/models/flow_table_model.h"
#include "ui/panels/flow_tabs.h"
#include "ui/panels/message_bar.h"

#include <QLabel>
#include <QTableView>

#include <algorithm>
#include <cmath>

using namespace flowscent;
using test::Workbench;

namespace {

const QString connLog = QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/logs/conn.log");
const QString eveLog = QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/logs/eve.json");

QString cell(const QTableView& table, int row, ui::FlowColumn column, int role = Qt::DisplayRole)
{
    return table.model()->index(row, static_cast<int>(column)).data(role).toString();
}

void choose(QTableView& table, int row)
{
    const QModelIndex index = table.model()->index(row, static_cast<int>(ui::FlowColumn::Source));
    table.scrollTo(index);
    QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, table.visualRect(index).center());
}

} // namespace

/// Opens logs of sensors: their flows are there, and whatever needs packets says why it is not.
class WindowLogsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }

    void aConnLogFillsTheTableAndItsPacketsSayWhyTheyAreMissing()
    {
        Workbench bench;
        QVERIFY(QTest::qWaitForWindowExposed(&bench.window));
        QVERIFY(bench.open({connLog}));
        auto& table = bench.widget<QTableView>("flowTable");
        QTRY_COMPARE(table.model()->rowCount(), 7);
        QCOMPARE(cell(table, 0, ui::FlowColumn::Source), QStringLiteral("192.0.2.10"));
        QCOMPARE(cell(table, 0, ui::FlowColumn::State), QStringLiteral("SF"));
        QCOMPARE(cell(table, 0, ui::FlowColumn::Verdict), QStringLiteral("–"));
        QVERIFY(cell(table, 0, ui::FlowColumn::Score).isEmpty());
        const QString why =
            QStringLiteral("This flow was imported from Zeek's conn.log: its packets are not in this capture.");
        QVERIFY(cell(table, 0, ui::FlowColumn::Score, Qt::ToolTipRole).contains(why));
        QCOMPARE(cell(table, 0, ui::FlowColumn::Shape, Qt::ToolTipRole), why);

        choose(table, 0);
        bench.widget<ui::FlowTabs>("flowTabs").showPackets();
        QTRY_VERIFY(bench.widget<QLabel>("packetNote").isVisible());
        QCOMPARE(bench.widget<QLabel>("packetNote").text(), why);
        QCOMPARE(bench.widget<QTableView>("packetList").model()->rowCount(), 0);
        QVERIFY(!bench.widget<ui::MessageBar>("messageBar").isVisible()); // a sound log is no news
        test::keepPicture(bench.window, QStringLiteral("conn-log"));
    }

    void marksOnImportedFlowsAloneTeachNothingAndThatIsSaid()
    {
        Workbench bench;
        QVERIFY(bench.open({connLog}));
        bench.session.assign({flow::FlowId(0), flow::FlowId(1)}, hunt::Label::Threat);
        auto& bar = bench.widget<ui::MessageBar>("messageBar");
        QTRY_VERIFY_WITH_TIMEOUT(bar.text().contains(QStringLiteral("imported from a log, without packets")), 60000);
        QVERIFY(!bench.session.scores());
        QVERIFY(bench.session.background().empty());
    }

    void besideACaptureTheyHaveNoScoreAndAreNoExamples()
    {
        Workbench bench;
        QVERIFY(bench.open({eveLog, test::sampleCapture()}));
        const auto table = bench.session.table();
        const auto first = std::ranges::find(table->origin, flow::Origin::SuricataEve) - table->origin.begin();
        QCOMPARE(table->size() - static_cast<std::size_t>(first), std::size_t(6));
        const flow::FlowId imported(static_cast<std::uint32_t>(first));

        auto examples = test::sampleBeacon(*table);
        examples.resize(3);
        examples.push_back(imported);
        QVERIFY(bench.mark(examples, hunt::Label::Threat));
        const auto scores = bench.session.scores();
        QVERIFY(std::isnan(scores->values[imported.value]));
        QCOMPARE(scores->ranks[imported.value], 0U);
        QCOMPARE(scores->scored, static_cast<std::size_t>(first));
        QCOMPARE(scores->detector().threatExamples, 3U);
        QVERIFY(std::ranges::all_of(bench.session.background(),
                                    [&](flow::FlowId flow) { return table->hasPackets(flow); }));
        QVERIFY(bench.widget<QLabel>("outcomeText").text().contains(QStringLiteral("Marked but no examples: 1 flow")));
        // The log's Community IDs and other events are told.
        QVERIFY(bench.widget<ui::MessageBar>("messageBar").text().contains(QStringLiteral("eve.json")));

        // The capture is the second file given: its packets are still found.
        auto& view = bench.widget<QTableView>("flowTable");
        choose(view, 5);
        bench.widget<ui::FlowTabs>("flowTabs").showPackets();
        QTRY_VERIFY(bench.widget<QTableView>("packetList").model()->rowCount() > 0);
    }
};

QTEST_MAIN(WindowLogsTest)
#include "window_logs_test.moc"
