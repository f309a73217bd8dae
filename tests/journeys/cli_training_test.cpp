// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include "tests/journeys/cli_runner.h"
#include "tests/journeys/cli_world.h"

#include <csignal>

using namespace flowscent::test;

/// Meta-training as a person at a terminal has it: every method, killed and gone on with, evaluated elsewhere.
class CliTrainingTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    QStringList train(const char* output, const char* more) const
    {
        return QStringList{QStringLiteral("train"), QStringLiteral("--corpus"), path("corpus"), QStringLiteral("--out"),
                           path(output)} +
               QString::fromLatin1(more).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    }
    QStringList evaluate(const char* json, const QStringList& more) const
    {
        return QStringList{QStringLiteral("evaluate"),   QStringLiteral("--corpus"), path("corpus"),
                           QStringLiteral("--episodes"), QStringLiteral("4"),        QStringLiteral("--model"),
                           path("r2d2.safetensors"),     QStringLiteral("--json"),   path(json)} +
               more;
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (!hasLearner())
            QSKIP("built without LibTorch: nothing can be trained");
        writeCorpus(path("corpus"));
    }

    void everyMethodTrainsAndTakesPartInAnEvaluation()
    {
        QStringList others;
        for (const char* method : {"r2d2", "protonet", "matchingnet", "simpleshot", "simple_cnaps", "anil", "maml",
                                   "fomaml", "reptile", "meta_sgd", "maml++", "soft_kmeans"}) {
            const QByteArray file = QByteArray(method) + ".safetensors";
            const QByteArray more =
                QByteArray("--steps 6 --validate-every 3 --validation-episodes 4 --ways 4 --method ") + method;
            const CliRun run = cli(train(file.constData(), more.constData()));
            QVERIFY2(run.code == 0, run.err.constData());
            if (file != "r2d2.safetensors")
                others << QStringLiteral("--also") << path(file.constData());
        }
        const CliRun run = cli(evaluate("all.json", others));
        QVERIFY2(run.code == 0, run.err.constData());
        const QJsonObject document = QJsonDocument::fromJson(fileBytes(path("all.json"))).object();
        QStringList methods;
        for (const QJsonValue& row : document[QStringLiteral("results")].toArray())
            methods << row.toObject()[QStringLiteral("method")].toString();
        for (const char* method : {"r2d2", "random_forest", "gradient_boosting", "stacked", "protonet (own)",
                                   "maml (own)", "maml++ (own)", "reptile (own)", "soft_kmeans (own)"})
            QCOMPARE(methods.count(QString::fromLatin1(method)), 4); // two regimes, two numbers of shots
        QVERIFY(run.out.contains("soft_kmeans (own)          *"));
    }

    void killedAndGoneOnWithItEndsWithTheSameBytes()
    {
        const char* settings =
            "--steps 400 --validate-every 50 --checkpoint-every 160 --pretrain-steps 10 --averaging 0.9";
        const CliRun whole = cli(train("whole.safetensors", settings));
        QVERIFY2(whole.code == 0, whole.err.constData());
        const QStringList kept{QStringLiteral("--checkpoint"), path("training.checkpoint")};
        QProcess killed;
        killed.start(cliProgram(), train("killed.safetensors", settings) + kept);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path("training.checkpoint")), 60'000);
        ::kill(static_cast<pid_t>(killed.processId()), SIGKILL);
        QVERIFY(killed.waitForFinished());
        QVERIFY(!QFile::exists(path("killed.safetensors")));
        const CliRun resumed =
            cli(train("killed.safetensors", "--resume") + QStringList{path("training.checkpoint")} + kept);
        QVERIFY2(resumed.code == 0, resumed.err.constData());
        QVERIFY(resumed.err.contains("going on after"));
        QVERIFY(!fileBytes(path("whole.safetensors")).isEmpty());
        QCOMPARE(fileBytes(path("killed.safetensors")), fileBytes(path("whole.safetensors")));
    }

    void aDamagedCheckpointIsNamedAndLeftAlone()
    {
        QByteArray bytes = fileBytes(path("training.checkpoint"));
        if (bytes.isEmpty())
            QSKIP("no checkpoint to damage");
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        writeFile(path("damaged.checkpoint"), bytes);
        const CliRun run = cli(train("none.safetensors", "--resume") + QStringList{path("damaged.checkpoint")});
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains("damaged.checkpoint"), run.err.constData());
        QCOMPARE(fileBytes(path("damaged.checkpoint")), bytes);
        QVERIFY(!QFile::exists(path("none.safetensors")));
    }

    void writtenEpisodesGiveTheSameFiguresAgain()
    {
        const CliRun first = cli(evaluate("first.json", {QStringLiteral("--episodes-out"), path("episodes")}));
        QVERIFY2(first.code == 0, first.err.constData());
        const QStringList files = QDir(path("episodes")).entryList(QDir::Files, QDir::Name);
        QCOMPARE(files.size(), 5); // four rounds and the features
        const CliRun again =
            cli(evaluate("again.json", {QStringLiteral("--episodes-in"),
                                        path("episodes") + QStringLiteral("/5way-1shot-capture-disjoint.jsonl")}));
        QVERIFY2(again.code == 0, again.err.constData());
        const auto results = [this](const char* file) {
            return QJsonDocument::fromJson(fileBytes(path(file))).object()[QStringLiteral("results")].toArray();
        };
        const QJsonArray rows = results("again.json");
        QVERIFY(rows.size() >= 12);
        for (qsizetype i = 0; i < rows.size(); ++i) {
            QCOMPARE(rows[i].toObject()[QStringLiteral("method")],
                     results("first.json")[i].toObject()[QStringLiteral("method")]);
            QCOMPARE(rows[i].toObject()[QStringLiteral("accuracy")],
                     results("first.json")[i].toObject()[QStringLiteral("accuracy")]);
        }
    }

    void aWorldThatIsNotCompleteIsRefusedByName()
    {
        qputenv("RANK", "0");
        const CliRun run = cli(train("none.safetensors", "--steps 1"));
        qunsetenv("RANK");
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains("WORLD_SIZE") || run.err.contains("MASTER_"), run.err.constData());
    }
};

QTEST_GUILESS_MAIN(CliTrainingTest)
#include "cli_training_test.moc"
