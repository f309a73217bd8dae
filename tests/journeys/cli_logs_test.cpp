// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>

#include "tests/journeys/cli_runner.h"
#include "tests/journeys/cli_world.h"
#include "tests/support/log_text.h"

using namespace flowscent::test;

namespace {

const QString logs = QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/logs/");

} // namespace

/// Logs of sensors on the command line: listed beside captures; what needs packets says why it cannot.
class CliLogsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }

private Q_SLOTS:
    void initTestCase() { writeCapture(m_folder.path()); }

    void flowsListsBothAndSaysWhereEachCameFrom()
    {
        const CliRun run = cli({QStringLiteral("flows"), logs + QStringLiteral("conn.log"), path("capture.pcap")});
        QCOMPARE(run.code, 0);
        const auto rows = csvRows(run.out);
        QCOMPARE(rows.size(), worldBeacons + worldBenign + 7);
        QCOMPARE(rows.front()[QStringLiteral("origin")], QStringLiteral("packets"));
        QCOMPARE(rows.back()[QStringLiteral("origin")], QStringLiteral("zeek"));
        QCOMPARE(rows.back()[QStringLiteral("duration_s")], QStringLiteral("600.000000"));
    }

    /// A sensor counts for weeks, and no number of its is cut or written as 5e+09.
    void countsBeyond32BitsArePrintedWhole()
    {
        writeFile(path("long.log"),
                  QByteArray::fromStdString(connLog(
                      {"1700000000.5 192.0.2.10 49152 198.51.100.80 80 tcp 604800.25 5000000000000 7000000000000 SF "
                       "ShADadFf 5000000000 5250000000000 6000000001 9007199254740991"})));
        const auto listed = [this](const QStringList& more) {
            const CliRun run = cli(QStringList{QStringLiteral("flows"), path("long.log")} + more);
            return run.code == 0 ? run.out : QByteArray();
        };
        const auto rows = csvRows(listed({}));
        QCOMPARE(rows.size(), 1);
        QCOMPARE(rows[0][QStringLiteral("packets_out")], QStringLiteral("5000000000"));
        QCOMPARE(rows[0][QStringLiteral("packets_in")], QStringLiteral("6000000001"));
        QCOMPARE(rows[0][QStringLiteral("bytes_out")], QStringLiteral("5250000000000"));
        QCOMPARE(rows[0][QStringLiteral("bytes_in")], QStringLiteral("9007199254740991"));
        QCOMPARE(rows[0][QStringLiteral("duration_s")], QStringLiteral("604800.250000"));
        const QByteArray json = listed({QStringLiteral("--format"), QStringLiteral("jsonl")});
        QVERIFY2(json.contains(R"("packets_out":5000000000,"packets_in":6000000001,"bytes_out":5250000000000,)"
                               R"("bytes_in":9007199254740991,)"),
                 json.constData());
        const QByteArray statistics = listed({QStringLiteral("--stats")});
        QVERIFY2(statistics.contains("packets in flows\t11000000001\n"), statistics.constData());
    }

    void aDamagedLogIsUsedAndItsFirstLineNamed()
    {
        const QByteArray whole = fileBytes(logs + QStringLiteral("eve.json"));
        writeFile(path("cut.json"), whole.left(whole.size() - 20));
        const CliRun run =
            cli({QStringLiteral("flows"), path("cut.json"), QStringLiteral("--format"), QStringLiteral("jsonl")});
        QCOMPARE(run.code, 3);
        QCOMPARE(run.out.count('\n'), 5);
        QVERIFY(run.out.contains(R"("origin":"suricata")"));
        QVERIFY2(run.err.contains("line 8: cut off"), run.err.constData());
    }

    void anImportedExampleIsRefusedInASentence()
    {
        writeFile(path("log-labels.csv"), "src_ip,src_port,dst_ip,dst_port,proto,start_epoch,label\n"
                                          "192.0.2.10,49152,198.51.100.80,80,tcp,1700000000.123456,beacon\n");
        const CliRun run = cli({QStringLiteral("adapt"), logs + QStringLiteral("conn.log"), QStringLiteral("--support"),
                                path("log-labels.csv"), QStringLiteral("--out"), path("none.detector")});
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains("imported from a log, without packets"), run.err.constData());
        QVERIFY(fileBytes(path("none.detector")).isNull());
    }

    void importedFlowsAreListedWithoutAScore()
    {
        if (!hasLearner())
            QSKIP("this build has no LibTorch");
        const QString conn = logs + QStringLiteral("conn.log");
        const CliRun adapted =
            cli({QStringLiteral("adapt"), conn, path("capture.pcap"), QStringLiteral("--support"), path("labels.csv"),
                 QStringLiteral("--shots"), QStringLiteral("5"), QStringLiteral("--out"), path("beacon.detector")});
        QCOMPARE(adapted.code, 0);
        const auto scored = [&](const QStringList& files) {
            return cli(QStringList{QStringLiteral("score")} + files +
                       QStringList{QStringLiteral("--detector"), path("beacon.detector")});
        };
        const CliRun both = scored({conn, path("capture.pcap")});
        QCOMPARE(both.code, 0);
        const auto rows = both.out.trimmed().split('\n');
        QCOMPARE(rows.size(), 1 + worldBeacons + worldBenign + 7);
        for (int i = 1; i < rows.size(); ++i)
            QCOMPARE(rows[i].endsWith(",,,,\"imported from a log, without packets\""), i > worldBeacons + worldBenign);
        QVERIFY(both.err.contains("7 flows have no score"));

        // The capture's own scores are those that it has without the log.
        const CliRun alone = scored({path("capture.pcap")});
        QCOMPARE(rows.mid(1, worldBeacons + worldBenign), alone.out.trimmed().split('\n').mid(1));
        const CliRun logAlone = scored({conn});
        QCOMPARE(logAlone.code, 0);
        QCOMPARE(logAlone.out.trimmed().split('\n').size(), 8);
    }
};

QTEST_GUILESS_MAIN(CliLogsTest)
#include "cli_logs_test.moc"
