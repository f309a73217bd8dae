// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>

#include "tests/journeys/cli_runner.h"
#include "tests/journeys/cli_world.h"

#include <unistd.h>

using namespace flowscent::test;

namespace {

const QByteArray precious = "what was there before\n";

/// A classic pcap file's header for Ethernet, and no packet (draft-ietf-opsawg-pcap, section 4).
QByteArray emptyCapture()
{
    return QByteArray::fromHex("d4c3b2a1020004000000000000000000ffff000001000000");
}

/// A record of 14 bytes: an Ethernet header that announces ARP.
QByteArray arp()
{
    return QByteArray::fromHex("00000000000000000e0000000e000000") +
           QByteArray::fromHex("0200000000010200000000020806");
}

} // namespace

/// Every way in which an input can be wrong: one clear message that names the thing, the right exit code, and nothing
/// that was there before is overwritten.
class CliBadInputTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }

    /// Arguments as one would type them; words that begin with @ are files of the test's folder.
    QStringList arguments(const QString& line) const
    {
        QStringList words = line.split(QLatin1Char(' '), Qt::SkipEmptyParts);
        for (QString& word : words) {
            if (word.startsWith(QLatin1Char('@')))
                word = m_folder.filePath(word.mid(1));
        }
        return words;
    }

private Q_SLOTS:
    void initTestCase()
    {
        writeCapture(m_folder.path());
        writeFile(path("empty.pcap"), {});
        writeFile(path("zero.pcap"), emptyCapture());
        writeFile(path("text.pcap"), "dear diary, this is no capture at all\n");
        writeFile(path("cut.pcap"), fileBytes(path("capture.pcap")).left(20'000));
        writeFile(path("header.pcap"), emptyCapture().left(10));
        writeFile(path("first.pcap"), emptyCapture() + arp().left(20));
        writeFile(path("odd.pcap"), emptyCapture() + arp() + arp().left(20));
        QVERIFY(QDir().mkpath(path("folder")));
        writeFile(path("closed.pcap"), fileBytes(path("capture.pcap")));
        QVERIFY(QFile::setPermissions(path("closed.pcap"), {}));

        const QByteArray labels = fileBytes(path("labels.csv"));
        const QByteArray header = labels.left(labels.indexOf('\n') + 1);
        writeFile(path("header.csv"), header);
        writeFile(path("columns.csv"), "note," + labels);
        writeFile(path("benign.csv"), header + labels.split('\n')[1] + '\n');
        writeFile(path("strangers.csv"), header + "192.0.2.1,1,192.0.2.2,2,TCP,1.0,beacon\n");
        writeFile(path("two.csv"),
                  QByteArray(labels)
                      .replace("50001,10.0.0.2,443,TCP", "50001,10.0.0.2,443,TCP")
                      .replace(labels.split('\n')[2], labels.split('\n')[2].replace("background", "exfil")));
        writeFile(path("garbage.csv"), "\x01\x02\x03");
        writeFile(path("garbage.safetensors"), QByteArray(5000, 'x'));
        writeFile(path("short.safetensors"), "abc");
        writeFile(path("foreign.safetensors"), QByteArray::fromHex("0200000000000000") + "{}");
        writeFile(path("old.csv"), precious);
        writeFile(path("old.detector"), precious);
        writeFile(path("old.safetensors"), precious);
        writeFile(path("old.json"), precious);
        writeFile(path("old.nft"), precious);
    }

    void isToldClearlyAndOverwritesNothing_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* line, int code, const char* says) {
            QTest::newRow(line) << QString::fromLatin1(line) << code << QString::fromLatin1(says);
        };
        row("", 2, "subcommand is required");
        row("fly", 2, "subcommand is required");
        row("flows", 2, "CAPTURE is required");
        row("flows --format xml @capture.pcap", 2, "xml");
        row("flows --colour @capture.pcap", 2, "--colour");
        row("flows @missing.pcap -o @old.csv", 1, "missing.pcap: ");
        row("flows @empty.pcap -o @old.csv", 1, "empty.pcap: ");
        row("flows @header.pcap -o @old.csv", 1, "header.pcap: ");
        row("flows @first.pcap -o @old.csv", 1, "cut off before the first packet (byte 24); no packet was read: check");
        row("flows @text.pcap -o @old.csv", 1, "text.pcap: ");
        row("flows @folder -o @old.csv", 1, "is a directory");
        row("flows @closed.pcap -o @old.csv", 1, "closed.pcap: ");
        row("flows @zero.pcap", 0, "contains no packets");
        row("flows @cut.pcap", 3, "cut off after packet");
        row("flows @odd.pcap", 3, "cut off after packet 1 (byte 54); what was read is used (1 packet): check");
        row("flows @odd.pcap", 3, "1 packet, 0 flows; packets in no flow: 1 not IP (first: packet 1)");
        row("flows @capture.pcap @missing.pcap", 3, "missing.pcap: ");
        row("flows @capture.pcap -o @no/such/folder.csv", 1, "folder.csv: ");
        row("flows @capture.pcap -o @folder", 1, "folder: ");

        row("adapt @capture.pcap", 2, "--support is required");
        row("adapt --support @labels.csv --out @old.detector", 2, "CAPTURE is required");
        row("adapt --support @labels.csv --out @old.detector --shots many @capture.pcap", 2, "--shots");
        row("adapt --support @labels.csv --out @old.detector --method magic @capture.pcap", 2, "magic");
        row("adapt --support @labels.csv --model @missing.safetensors --out @old.detector @capture.pcap", 1,
            "missing.safetensors: ");
        row("adapt --support @labels.csv --model @garbage.safetensors --out @old.detector @capture.pcap", 1,
            "garbage.safetensors: ");
        row("adapt --support @labels.csv --model @short.safetensors --out @old.detector @capture.pcap", 1,
            "short.safetensors: ");
        row("adapt --support @labels.csv --model @foreign.safetensors --out @old.detector @capture.pcap", 1,
            "not one of Flowscent's");
        row("adapt --support @labels.csv --out @no/such/x.detector @capture.pcap", 1, "x.detector: ");

        row("score @capture.pcap", 2, "--detector is required");
        row("score --detector @missing.detector @capture.pcap -o @old.csv", 1, "missing.detector: ");
        row("score --detector @garbage.safetensors @capture.pcap -o @old.csv", 1, "garbage.safetensors: ");
        row("score --detector @folder @capture.pcap -o @old.csv", 1, "folder: ");

        row("detect --detector @x", 2, "required");
        row("detect --detector @x --interface lo --replay @capture.pcap", 2, "--replay");
        row("detect --detector @x --interface lo --speed 2", 2, "--speed");
        row("detect --detector @garbage.safetensors --replay @capture.pcap --nft @old.nft", 1, "garbage.safetensors: ");

        row("train --corpus @folder", 2, "--out is required");
        row("train --corpus @folder --out @old.safetensors", 1, "manifest.csv");
        row("train --corpus @missing --out @old.safetensors", 1, "manifest.csv");
        row("train --corpus @folder --out @old.safetensors --method magic", 2, "magic");
        row("export-model --onnx @old.json", 2, "--model");
        row("export-model --model @garbage.safetensors", 2, "--torchscript");
        row("export-model --model @garbage.safetensors --onnx @old.json", 1, "garbage.safetensors: ");
        row("export-model --head @foreign.safetensors --onnx @old.json", 1, "foreign.safetensors: ");
        row("export-model --model @missing.safetensors --torchscript @no/such/x.pt", 1, "x.pt: ");
        row("evaluate --corpus @folder --split spring --json @old.json", 2, "spring");
        row("evaluate --corpus @folder --protocol hunt --method crystal_ball --json @old.json", 2, "crystal_ball");
        row("evaluate --corpus @folder --protocol hunt --draws 0 --json @old.json", 2, "--draws");
        row("evaluate --corpus @folder --protocol hunt --json @old.json", 1, "manifest.csv");
        row("evaluate --corpus @folder --protocol evidence --json @old.json", 1, "manifest.csv");
        row("evaluate --corpus @folder --model @garbage.safetensors --json @old.json", 1, "garbage.safetensors: ");
    }
    void isToldClearlyAndOverwritesNothing()
    {
        QFETCH(const QString, line);
        QFETCH(const int, code);
        QFETCH(const QString, says);
        if (line.contains(QStringLiteral("closed")) && geteuid() == 0)
            QSKIP("everything is readable to root");
        const CliRun run = cli(arguments(line));
        QVERIFY2(run.err.contains(says.toUtf8()), run.err.constData());
        QCOMPARE(run.code, code);
        if (code == 1) { // a message, not data
            QVERIFY2(run.out.isEmpty(), run.out.constData());
            QVERIFY2(run.err.trimmed().split('\n').last().startsWith("flowscent-cli: "), run.err.constData());
        }
        for (const char* file : {"old.csv", "old.detector", "old.safetensors", "old.json", "old.nft"})
            QCOMPARE(fileBytes(path(file)), precious);
    }

    void helpAndVersionAreNoFailures()
    {
        for (const char* line : {"--help", "flows --help", "train --help", "adapt --help", "score --help",
                                 "detect --help", "evaluate --help", "export-model --help", "--version"}) {
            const CliRun run = cli(arguments(QString::fromLatin1(line)));
            QCOMPARE(run.code, 0);
            QVERIFY(!run.out.isEmpty());
            QVERIFY2(run.err.isEmpty(), run.err.constData());
        }
    }

    void aFullDiskIsAFailureThatKeepsTheOldFile()
    {
        if (!QFile::exists(QStringLiteral("/dev/full")))
            QSKIP("needs /dev/full");
        const CliRun run =
            cli({QStringLiteral("flows"), path("capture.pcap"), QStringLiteral("-o"), QStringLiteral("/dev/full")});
        QCOMPARE(run.code, 1);
        QVERIFY(!run.err.isEmpty());
    }

    void badSupportIsNamed_data()
    {
        QTest::addColumn<QString>("labels");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* labels, const char* says) {
            QTest::newRow(labels) << QString::fromLatin1(labels) << QString::fromLatin1(says);
        };
        row("missing.csv", "No such file");
        row("garbage.csv", "has no column");
        row("columns.csv", "unknown column 'note'");
        row("header.csv", "no row is an example of a threat");
        row("benign.csv", "no row is an example of a threat");
        row("strangers.csv", "1 of 1 rows match no flow");
        row("two.csv", "several threats are labelled (beacon, exfil)");
        row("folder", "is a directory");
    }
    void badSupportIsNamed()
    {
        QFETCH(const QString, labels);
        QFETCH(const QString, says);
        if (!hasLearner())
            QSKIP("built without LibTorch: there is no model");
        if (!QFile::exists(path("tiny.safetensors"))) {
            writeCorpus(path("corpus"));
            QCOMPARE(cli(arguments(QStringLiteral("train --corpus @corpus --out @tiny.safetensors --steps 1"))).code,
                     0);
        }
        const CliRun run = cli(
            arguments(QStringLiteral("adapt --support @%1 --model @tiny.safetensors --out @old.detector @capture.pcap")
                          .arg(labels)));
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains(says.toUtf8()), run.err.constData());
        QVERIFY(run.err.contains(labels.toUtf8()));
        QCOMPARE(fileBytes(path("old.detector")), precious);
    }

    void aBaseModelIsNoDetectorAndViceVersaIsUnderstood()
    {
        if (!hasLearner())
            QSKIP("built without LibTorch: there is no model");
        writeCorpus(path("corpus"));
        QCOMPARE(cli(arguments(QStringLiteral("train --corpus @corpus --out @tiny.safetensors --steps 1"))).code, 0);
        const CliRun run = cli(arguments(QStringLiteral("score --detector @tiny.safetensors @capture.pcap")));
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains("is a base model, not a detector"), run.err.constData());
    }

    void aCaptureWithoutPacketsIsScoredAsEmpty()
    {
        if (!hasLearner())
            QSKIP("built without LibTorch: there is no model");
        writeCorpus(path("corpus"));
        QCOMPARE(cli(arguments(QStringLiteral("train --corpus @corpus --out @tiny.safetensors --steps 1"))).code, 0);
        QCOMPARE(cli(arguments(QStringLiteral(
                         "adapt --support @labels.csv --model @tiny.safetensors --out @ok.detector @capture.pcap")))
                     .code,
                 0);
        const CliRun scored = cli(arguments(QStringLiteral("score --detector @ok.detector @zero.pcap")));
        QVERIFY2(scored.code == 0, scored.err.constData());
        QCOMPARE(csvRows(scored.out).size(), 0);
        QVERIFY(scored.out.startsWith("community_id,"));
        const CliRun none = cli(
            arguments(QStringLiteral("detect --detector @ok.detector --interface no-such-interface --nft @old.nft")));
        QCOMPARE(none.code, 1);
        QVERIFY2(none.err.contains("no-such-interface"), none.err.constData());
        QCOMPARE(fileBytes(path("old.nft")), precious);
        const CliRun replay = cli(arguments(QStringLiteral("detect --detector @ok.detector --replay @missing.pcap")));
        QCOMPARE(replay.code, 1);
        QVERIFY(replay.err.contains("missing.pcap"));
    }
};

QTEST_GUILESS_MAIN(CliBadInputTest)
#include "cli_bad_input_test.moc"
