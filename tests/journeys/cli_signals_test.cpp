// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include "tests/journeys/cli_runner.h"
#include "tests/journeys/cli_world.h"

#include <csignal>

using namespace flowscent::test;

/// Interrupted runs end cleanly; readers that have seen enough are no failure.
class CliSignalsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }

private Q_SLOTS:
    void initTestCase() { writeCapture(m_folder.path()); }

    void aReaderThatHasSeenEnoughIsNoFailure()
    {
        QProcess shell;
        shell.start(
            QStringLiteral("sh"),
            {QStringLiteral("-c"), QStringLiteral("{ '%1' flows '%2' '%2' '%2'; echo code $? >&2; } | head -n 1")
                                       .arg(cliProgram(), path("capture.pcap"))});
        QVERIFY(shell.waitForFinished(60'000));
        QCOMPARE(shell.readAllStandardOutput().count('\n'), 1);
        QCOMPARE(shell.readAllStandardError(), QByteArray("code 0\n"));
    }

    void anInterruptedReplayJudgesWhatItHasAndWritesItsProposal_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGTERM") << SIGTERM;
    }
    void anInterruptedReplayJudgesWhatItHasAndWritesItsProposal()
    {
        QFETCH(const int, signal);
        if (!hasLearner())
            QSKIP("built without LibTorch: there is no model");
        if (!QFile::exists(path("beacon.detector"))) {
            writeCorpus(path("corpus"));
            QCOMPARE(cli({QStringLiteral("train"), QStringLiteral("--corpus"), path("corpus"), QStringLiteral("--out"),
                          path("base.safetensors"), QStringLiteral("--steps"), QStringLiteral("60")})
                         .code,
                     0);
            QCOMPARE(cli({QStringLiteral("adapt"), QStringLiteral("--support"), path("labels.csv"),
                          QStringLiteral("--model"), path("base.safetensors"), QStringLiteral("--out"),
                          path("beacon.detector"), path("capture.pcap")})
                         .code,
                     0);
        }
        QFile::remove(path("proposal.nft"));
        QProcess process;
        // The capture lasts almost three minutes: at its own speed the run cannot end by itself before the signal.
        process.start(cliProgram(), {QStringLiteral("detect"), QStringLiteral("--detector"), path("beacon.detector"),
                                     QStringLiteral("--replay"), path("capture.pcap"), QStringLiteral("--speed"),
                                     QStringLiteral("1"), QStringLiteral("--nft"), path("proposal.nft")});
        QVERIFY(process.waitForReadyRead(60'000)); // the first alert
        ::kill(static_cast<pid_t>(process.processId()), signal);
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 0);
        QVERIFY(fileBytes(path("proposal.nft")).contains("table inet flowscent"));
    }

    void anInterruptedTrainingBeforeItsFirstValidationWritesNothing()
    {
        if (!hasLearner())
            QSKIP("built without LibTorch: nothing can be trained");
        writeCorpus(path("corpus"));
        writeFile(path("old.safetensors"), "precious");
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(cliProgram(),
                      {QStringLiteral("train"), QStringLiteral("--corpus"), path("corpus"), QStringLiteral("--out"),
                       path("old.safetensors"), QStringLiteral("--steps"), QStringLiteral("1000000"),
                       QStringLiteral("--validate-every"), QStringLiteral("100000")});
        QByteArray said;
        while (!said.contains("LibTorch") && process.waitForReadyRead(60'000))
            said += process.readAll();
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitStatus(), QProcess::NormalExit);
        QCOMPARE(process.exitCode(), 1);
        QCOMPARE(fileBytes(path("old.safetensors")), QByteArray("precious"));
    }
};

QTEST_GUILESS_MAIN(CliSignalsTest)
#include "cli_signals_test.moc"
