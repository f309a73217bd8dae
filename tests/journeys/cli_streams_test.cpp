// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QtEndian>

#include "tests/journeys/cli_runner.h"

#include <algorithm>
#include <csignal>

using namespace flowscent::test;

/// Captures that are packed, in several files, or not finished yet.
class CliStreamsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QByteArray m_expected; ///< the flows of peculiar.pcap

    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    static QString data(const char* name)
    {
        return QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/") + QString::fromLatin1(name);
    }
    static QList<QByteArray> sorted(const QByteArray& text)
    {
        auto lines = text.split('\n');
        std::ranges::sort(lines);
        return lines;
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_expected = cli({QStringLiteral("flows"), data("captures/peculiar.pcap")}).out;
        QVERIFY(m_expected.count('\n') > 3);
    }

    void packedCapturesAreRead()
    {
        for (const char* file : {"packed/peculiar.pcap.gz", "packed/peculiar.pcap.zst", "packed/infected-aes.zip"}) {
            const auto named = cli({QStringLiteral("flows"), data(file)});
            QCOMPARE(named.code, 0);
            QCOMPARE(named.out, m_expected);
            const auto piped = cli({QStringLiteral("flows"), QStringLiteral("-")}, fileBytes(data(file)));
            QCOMPARE(piped.code, 0);
            QCOMPARE(piped.out, m_expected);
        }
    }

    void anArchiveOfSeveralIsOwnedUpTo()
    {
        const auto several = cli({QStringLiteral("flows"), data("packed/several.zip")});
        QCOMPARE(several.code, 0);
        QCOMPARE(several.out, m_expected);
        QVERIFY2(several.err.contains("only peculiar.pcap, the first capture in it, was read"), several.err);
    }

    void aCutPackedCaptureGivesWhatCameBefore()
    {
        writeFile(path("cut.gz"), fileBytes(data("packed/peculiar.pcap.gz")).left(260));
        const auto cut = cli({QStringLiteral("flows"), path("cut.gz")});
        QCOMPARE(cut.code, 3);
        QVERIFY2(cut.err.contains("cut.gz: cut off after packet "), cut.err);
        QVERIFY(cut.out.count('\n') > 1);
    }

    void theOrderOfFilesDoesNotMatter()
    {
        const auto flows = [](QStringList files) {
            files.prepend(QStringLiteral("flows"));
            return cli(files).out;
        };
        const QString first = data("merge/first.pcap");
        const QString second = data("merge/second.pcapng");
        QVERIFY(flows({first, second}).count('\n') > 2);
        QCOMPARE(flows({first, second}), flows({second, first}));
    }

    /// The last packet comes much later than all others, whose flows therefore end; its own is open when we interrupt.
    void aGrowingCaptureIsFollowedUntilInterrupted()
    {
        QByteArray capture = fileBytes(data("captures/ethernet.pcap"));
        QByteArray last = capture.mid(24, 16 + qFromLittleEndian<qint32>(capture.constData() + 24 + 8));
        qToLittleEndian<qint32>(qFromLittleEndian<qint32>(last.constData()) + 4000, last.data());
        capture += last;
        writeFile(path("whole.pcap"), capture);
        const QByteArray expected = cli({QStringLiteral("flows"), path("whole.pcap")}).out;

        writeFile(path("growing.pcap"), {});
        QProcess process;
        process.start(cliProgram(), {QStringLiteral("flows"), QStringLiteral("--follow"), path("growing.pcap")});
        QVERIFY(process.waitForReadyRead(60'000)); // the header line
        QFile file(path("growing.pcap"));
        QVERIFY(file.open(QIODevice::Append | QIODevice::Unbuffered));
        for (qsizetype at = 0; at < capture.size(); at += 999)
            QVERIFY(file.write(capture.mid(at, 999)) > 0);
        QByteArray out = process.readAllStandardOutput();
        while (out.count('\n') < expected.count('\n') - 1 && process.waitForReadyRead(60'000))
            out += process.readAllStandardOutput();
        QCOMPARE(out.count('\n'), expected.count('\n') - 1);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 0);
        out += process.readAllStandardOutput();
        QCOMPARE(sorted(out), sorted(expected));
    }

    void standardInputIsFollowedToItsEnd()
    {
        const auto followed = cli({QStringLiteral("flows"), QStringLiteral("--follow"), QStringLiteral("-")},
                                  fileBytes(data("captures/peculiar.pcap")));
        QCOMPARE(followed.code, 0);
        QCOMPARE(sorted(followed.out), sorted(m_expected));
    }

    void followingTakesOneCapture()
    {
        const auto two = cli({QStringLiteral("flows"), QStringLiteral("--follow"), data("captures/ethernet.pcap"),
                              data("captures/peculiar.pcap")});
        QCOMPARE(two.code, 2);
        QVERIFY(two.err.contains("--follow takes one capture"));
        const auto packed = cli({QStringLiteral("flows"), QStringLiteral("--follow"), data("packed/peculiar.pcap.gz")});
        QCOMPARE(packed.code, 1);
        QVERIFY(packed.err.contains("is packed, and cannot be followed"));
    }
};

QTEST_GUILESS_MAIN(CliStreamsTest)
#include "cli_streams_test.moc"
