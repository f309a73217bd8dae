// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/workbench.h"
#include "ui/session/flow_column.h"

#include <QFile>
#include <QTableView>

using namespace flowscent;
using test::Workbench;

namespace {

/// Whether a library of LibTorch is mapped into this process.
bool torchLoaded()
{
    QFile maps(QStringLiteral("/proc/self/maps"));
    return maps.open(QIODevice::ReadOnly) && maps.readAll().contains("libtorch");
}

} // namespace

/// Labelling keys, pressed in the flow table of a real window.
class LabelKeysTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }

    /// First: what a process has loaded stays.
    void showingTheWindowLoadsNoLearningEngine()
    {
        ui::Session session;
        ui::MainWindow window(session);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QVERIFY(!window.grab().isNull());
        QVERIFY(!torchLoaded());
        session.prepareEngine();
        QTRY_VERIFY_WITH_TIMEOUT(torchLoaded(), 30000); // so the look above can tell
        QTRY_VERIFY_WITH_TIMEOUT(session.baseModel() != nullptr, 30000);
    }

    void marksUndoesAndRedoesOneAndManyRows()
    {
        Workbench bench;
        bench.session.setLive(false); // labels only
        QVERIFY(bench.open({test::sampleCapture()}));
        auto& table = bench.widget<QTableView>("flowTable");
        const int all = static_cast<int>(bench.session.table()->size());
        QTRY_COMPARE(table.model()->rowCount(), all);
        const auto count = [&](hunt::Label label) {
            return static_cast<int>(bench.session.labels().support().count(label));
        };
        table.setFocus();
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {},
                          table.visualRect(table.model()->index(3, static_cast<int>(ui::FlowColumn::Source))).center());
        QTest::keyClick(&table, Qt::Key_M);
        QVERIFY(bench.session.labels().support().label(flow::FlowId(3)) == hunt::Label::Threat);
        QTest::keyClick(&table, Qt::Key_X);
        QVERIFY(bench.session.labels().support().label(flow::FlowId(3)) == hunt::Label::NotThreat);
        QTest::keyClick(&table, Qt::Key_U);
        QVERIFY(bench.session.labels().support().label(flow::FlowId(3)) == hunt::Label::Unsure);
        QTest::keyClick(&table, Qt::Key_Delete);
        QVERIFY(bench.session.labels().support().empty());

        QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(count(hunt::Label::Unsure), 1);
        QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(count(hunt::Label::NotThreat), 1);
        QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(count(hunt::Label::Unsure), 1);

        // Every row at once is one act, and one step back.
        QTest::keyClick(&table, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(&table, Qt::Key_X);
        QCOMPARE(count(hunt::Label::NotThreat), all);
        QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(count(hunt::Label::NotThreat), 0);
        QCOMPARE(count(hunt::Label::Unsure), 1);
    }
};

QTEST_MAIN(LabelKeysTest)
#include "label_keys_test.moc"
