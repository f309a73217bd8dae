// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/flow/read_flows.h"
#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/panels/message_bar.h"

#include <QAction>
#include <QFile>
#include <QLabel>
#include <QMenu>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>

using namespace flowscent;
using test::Workbench;

/// Chooses flows in the table and exports their packets.
class WindowExportTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }

    void theChosenFlowsArriveInTheFile()
    {
        Workbench bench;
        QVERIFY(QTest::qWaitForWindowExposed(&bench.window));
        QVERIFY(bench.open({test::sampleCapture()}));
        auto& table = bench.widget<QTableView>("flowTable");
        QTRY_VERIFY(table.model()->rowCount() > 100);
        const auto wanted = test::sampleBeacon(*bench.session.table());
        bench.session.setAdapting(ui::Adapting::Manual); // marks without adapting: only their names are wanted
        bench.session.assign({wanted[0]}, hunt::Label::Threat);
        bench.window.selection().select(std::vector{wanted[0], wanted[1]});
        QSignalSpy exported(&bench.session, &ui::Session::exported);
        bench.window.exportChosen(path("two.pcapng"));
        QVERIFY(bench.session.exporting());
        QTRY_COMPARE_WITH_TIMEOUT(exported.count(), 1, 60'000);
        QVERIFY(!bench.session.exporting());
        QVERIFY(bench.widget<ui::MessageBar>("messageBar").text().contains(QStringLiteral("of 2 flows to")));

        const auto read = flow::readFlows({path("two.pcapng").toStdString()}, {}, {}, {}, {});
        QVERIFY(read && !read->damage);
        QCOMPARE(read->table->size(), std::size_t(2));
        const auto whole = bench.session.table();
        QCOMPARE(read->counters.packets,
                 std::uint64_t(whole->places(wanted[0]).size() + whole->places(wanted[1]).size()));
        QFile file(path("two.pcapng"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        QCOMPARE(bytes.count(" label: threat"), 1);
        QCOMPARE(bytes.count("flow " + QByteArray::number(wanted[1].value + 1) + " tcp "), 1);
    }

    void overTheCaptureItselfItIsRefused()
    {
        Workbench bench;
        const QString copy = path("copy.pcap");
        QVERIFY(QFile::copy(test::sampleCapture(), copy));
        QVERIFY(bench.open({copy}));
        QSignalSpy failed(&bench.session, &ui::Session::failed);
        bench.session.exportPackets({flow::FlowId(0)}, copy);
        QTRY_COMPARE_WITH_TIMEOUT(failed.count(), 1, 60'000);
        QVERIFY(bench.widget<ui::MessageBar>("messageBar").text().contains(QStringLiteral("the capture itself")));
        QCOMPARE(QFile(copy).size(), QFile(test::sampleCapture()).size());
    }

    void cancelLeavesNoFile()
    {
        Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        std::vector<flow::FlowId> all;
        for (std::uint32_t row = 0; row < bench.session.table()->size(); ++row)
            all.emplace_back(row);
        QSignalSpy stopped(&bench.session, &ui::Session::exportStopped);
        QSignalSpy exported(&bench.session, &ui::Session::exported);
        bench.session.exportPackets(all, path("cancelled.pcapng"));
        bench.session.cancel();
        // The lane may forget a job that had not begun, or stop it between packets; a file can appear only whole.
        QTRY_VERIFY_WITH_TIMEOUT(!bench.session.exporting(), 60'000);
        QCOMPARE(stopped.count() + exported.count(), 1);
        QCOMPARE(QFile::exists(path("cancelled.pcapng")), exported.count() == 1);
    }

    void theCommandStandsInTheMenuAndAsksForFlowsFirst()
    {
        Workbench bench;
        auto& action = bench.widget<QAction>("exportPacketsAction");
        QVERIFY(bench.widget<QTableView>("flowTable").actions().contains(&action)); // so it is in the context menu
        action.trigger();
        QVERIFY(bench.widget<QLabel>("statusText").text().startsWith(QStringLiteral("Choose flows first")));
    }
};

QTEST_MAIN(WindowExportTest)
#include "window_export_test.moc"
