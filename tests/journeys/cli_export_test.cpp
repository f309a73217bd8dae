// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "tests/journeys/cli_runner.h"

using namespace flowscent::test;

namespace {

const QString captures = QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/captures/");
const QString sample = QStringLiteral(FLOWSCENT_SOURCE_DIR "/resources/samples/first-hunt");

/// What another program says; null when it fails.
QByteArray said(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(60'000) || process.exitCode() != 0)
        return {};
    return process.readAllStandardOutput();
}

bool installed(const char* program)
{
    return !QStandardPaths::findExecutable(QString::fromUtf8(program)).isEmpty();
}

} // namespace

/// Exports packets on the command line and lets Wireshark's programs say what came out.
class CliExportTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }
    /// The packets of a file as editcap writes them into a classic pcap with nanoseconds, without that file's header.
    QByteArray records(const QString& file) const
    {
        const QString classic = path("classic.pcap");
        QFile::remove(classic);
        (void)said(QStringLiteral("editcap"), {QStringLiteral("-F"), QStringLiteral("nsecpcap"), file, classic});
        return fileBytes(classic).mid(20); // the link type, then the records; before it stands the snap length
    }

private Q_SLOTS:
    void everyCaptureWhoseEveryPacketIsInAFlowComesOutTheSame_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"big-endian-nanoseconds.pcapng", "big-endian.pcap", "ethernet.pcap", "loop.pcap",
                                 "nanoseconds.pcap", "null.pcap", "plain.pcapng", "qinq.pcap", "raw.pcap", "sll.pcap",
                                 "sll2.pcap", "snapped.pcap", "vlan.pcap"})
            QTest::newRow(name) << QString::fromUtf8(name);
    }
    void everyCaptureWhoseEveryPacketIsInAFlowComesOutTheSame()
    {
        if (!installed("editcap"))
            QSKIP("editcap is not installed");
        QFETCH(QString, name);
        const QString out = path("out.pcapng");
        const CliRun run = cli({QStringLiteral("export"), captures + name, QStringLiteral("--out"), out});
        QVERIFY2(run.code == 0, run.err.constData());
        const QByteArray original = records(captures + name);
        QVERIFY(original.size() > 1000);
        QVERIFY(records(out) == original);
    }

    void commentsNameFlowAndLabelForWireshark()
    {
        if (!installed("tshark"))
            QSKIP("tshark is not installed");
        QByteArray labels = fileBytes(sample + QStringLiteral(".labels.csv"));
        labels.replace(",beacon\n", ",caf\xc3\xa9 beacon\n");
        writeFile(path("labels.csv"), labels);
        const QString out = path("beacon.pcapng");
        const CliRun run =
            cli({QStringLiteral("export"), sample + QStringLiteral(".pcap"), QStringLiteral("--labels"),
                 path("labels.csv"), QStringLiteral("--filter"),
                 QStringLiteral("label == threat && ip.dst == 198.51.100.13"), QStringLiteral("--out"), out});
        QVERIFY2(run.code == 0, run.err.constData());
        const auto fields =
            said(QStringLiteral("tshark"),
                 {QStringLiteral("-r"), out, QStringLiteral("-T"), QStringLiteral("fields"), QStringLiteral("-e"),
                  QStringLiteral("tcp.stream"), QStringLiteral("-e"), QStringLiteral("frame.comment")});
        // tshark counts connections itself: the first packet of each must bear the only comment.
        QSet<QByteArray> seen;
        int comments = 0;
        for (const QByteArray& line : fields.split('\n')) {
            if (line.isEmpty())
                continue;
            const QByteArray stream = line.left(line.indexOf('\t'));
            const QByteArray comment = line.mid(line.indexOf('\t') + 1).trimmed();
            QCOMPARE(comment.isEmpty(), seen.contains(stream));
            seen.insert(stream);
            comments += comment.isEmpty() ? 0 : 1;
            QVERIFY2(comment.isEmpty() || (comment.startsWith("flow ") && comment.contains(" -> 198.51.100.13:443") &&
                                           comment.endsWith(" label: caf\xc3\xa9 beacon")),
                     comment.constData());
        }
        const auto listed = cli({QStringLiteral("flows"), out});
        QCOMPARE(csvRows(listed.out).size(), comments);
        QVERIFY(comments > 20);
    }

    void whatCannotBeDoneIsSaid()
    {
        const QString capture = path("copy.pcap");
        QVERIFY(QFile::copy(captures + QStringLiteral("ethernet.pcap"), capture));
        const QByteArray before = fileBytes(capture);
        const auto tried = [&](const QStringList& more) {
            return cli(QStringList{QStringLiteral("export"), capture, QStringLiteral("--out")} + more);
        };
        const CliRun itself = tried({capture});
        QVERIFY(itself.code == 1 && itself.err.contains("the capture itself"));
        QCOMPARE(fileBytes(capture), before);
        const CliRun nothing = tried({path("x.pcapng"), QStringLiteral("--filter"), QStringLiteral("port == 1")});
        QVERIFY(nothing.code == 1 && nothing.err.contains("no flow passes the filter"));
        const CliRun wrong = tried({path("x.pcapng"), QStringLiteral("--filter"), QStringLiteral("prot == 1")});
        QVERIFY(wrong.code == 2 && wrong.err.contains("did you mean"));
        const CliRun logged =
            cli({QStringLiteral("export"), QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/logs/eve.json"),
                 QStringLiteral("--out"), path("x.pcapng")});
        QVERIFY(logged.code == 1 && logged.err.contains("without packets"));
        QVERIFY(fileBytes(path("x.pcapng")).isNull());
    }
};

QTEST_GUILESS_MAIN(CliExportTest)
#include "cli_export_test.moc"
