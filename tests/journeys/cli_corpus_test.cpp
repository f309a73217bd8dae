// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include "tests/journeys/cli_runner.h"
#include "tests/journeys/cli_world.h"

using namespace flowscent::test;

/// Somebody's own captures join a corpus: checked, merged, looked at for repetition and for what gives networks away.
class CliCorpusTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    static CliRun corpus(const char* tool, const QStringList& arguments)
    {
        return cli(QStringList{QStringLiteral("corpus"), QString::fromLatin1(tool)} + arguments);
    }
    static QJsonObject json(const QString& file) { return QJsonDocument::fromJson(fileBytes(file)).object(); }

private Q_SLOTS:
    void initTestCase()
    {
        writeCorpus(path("theirs"));
        QDir().mkpath(path("own"));
        writeCapture(path("own")); // capture.pcap and labels.csv
        QVERIFY(QFile::rename(path("own/labels.csv"), path("own/capture.labels.csv")));
        writeFile(path("own/manifest.csv"), "capture,class,kind,split,session,source,licence,site\n"
                                            "capture.pcap,beacon,threat,train,monday,us,own,office\n");
    }

    void aGoodCorpusIsSaidToBeGood()
    {
        for (const char* folder : {"theirs", "own"}) {
            const CliRun run = corpus("check", {path(folder)});
            QVERIFY2(run.code == 0, (run.out + run.err).constData());
            QVERIFY2(run.out.endsWith("no problem found\n"), run.out.constData());
        }
        QVERIFY(corpus("check", {path("own")}).out.contains("1 capture, 270 flows, 270 labels: 0 unlabelled flows"));
    }

    void everyProblemIsASentenceAndTheExitCodeSaysSo()
    {
        QDir().mkpath(path("bad"));
        QVERIFY(QFile::copy(path("own/capture.pcap"), path("bad/capture.pcap")));
        QByteArray labels = fileBytes(path("own/capture.labels.csv"));
        labels.chop(labels.size() - labels.lastIndexOf('\n', -2) - 1); // the last flow loses its label
        writeFile(path("bad/capture.labels.csv"), labels);
        writeFile(path("bad/manifest.csv"), "capture,class,kind,split,session,source,licence\n"
                                            "capture.pcap,beacon,threat,train,monday,us,own\n"
                                            "../own/capture.pcap,beacon,threat,val,tuesday,us,own\n");
        const CliRun run = corpus("check", {path("bad")});
        QCOMPARE(run.code, 1);
        QVERIFY2(run.out.contains("../own/capture.pcap: lies outside the corpus and was not read\n"),
                 run.out.constData());
        QVERIFY2(run.out.contains("capture.pcap: 1 of 270 flows have no label: 10.0.0.1 port "), run.out.constData());
        QVERIFY2(run.out.contains("the threat class 'beacon' lies in the splits train and val\n"), run.out.constData());
        QVERIFY2(run.out.endsWith("3 problems found\n"), run.out.constData());
        QCOMPARE(corpus("check", {path("nowhere")}).code, 1);
        QCOMPARE(cli({QStringLiteral("corpus")}).code, 2);
    }

    void mergedCorporaAreOneThatIsGood()
    {
        const QStringList arguments{QStringLiteral("--out"), path("all"), path("theirs"), path("own")};
        const CliRun run = corpus("merge", arguments);
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY2(run.out.contains("41 captures and 1 label file merged\n"), run.out.constData());
        QVERIFY(fileBytes(path("all/own/capture.pcap")) == fileBytes(path("own/capture.pcap")));
        QVERIFY(fileBytes(path("all/manifest.csv"))
                    .contains("own/capture.pcap,beacon,threat,train,own/monday,us,own,office\n"));
        QVERIFY(corpus("check", {path("all")}).out.endsWith("no problem found\n"));

        const QByteArray before = fileBytes(path("all/manifest.csv"));
        const CliRun again = corpus("merge", arguments);
        QCOMPARE(again.code, 1);
        QVERIFY2(again.err.contains("is not empty"), again.err.constData());
        QVERIFY(fileBytes(path("all/manifest.csv")) == before);
        QCOMPARE(corpus("merge", {QStringLiteral("--split-map"), QStringLiteral("test"), QStringLiteral("--out"),
                                  path("x"), path("own")})
                     .code,
                 2);
        QVERIFY(!QFile::exists(path("x")));
    }

    void repetitionIsCountedAndLeftOut()
    {
        QDir().mkpath(path("twice"));
        QVERIFY(QFile::copy(path("own/capture.pcap"), path("twice/a.pcap")));
        QVERIFY(QFile::copy(path("own/capture.pcap"), path("twice/b.pcap")));
        writeFile(path("twice/manifest.csv"), "capture,class,kind,split,session,source,licence\n"
                                              "a.pcap,web,benign,train,s1,us,own\nb.pcap,web,benign,val,s2,us,own\n");
        const QStringList arguments{path("twice"), QStringLiteral("--out"), path("once.csv"), QStringLiteral("--json"),
                                    path("twice.json")};
        const CliRun run = corpus("dedup", arguments);
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY2(run.out.contains("the same bytes: a.pcap (train) b.pcap (val)\n"), run.out.constData());
        QCOMPARE(fileBytes(path("once.csv")), QByteArray("capture,class,kind,split,session,source,licence\n"
                                                         "a.pcap,web,benign,train,s1,us,own\n"));
        const QJsonObject web =
            json(path("twice.json")).value(QLatin1String("classes")).toObject().value(QLatin1String("web")).toObject();
        QCOMPARE(web.value(QLatin1String("flows")).toInt(), 540);
        QCOMPARE(web.value(QLatin1String("in_other_splits")).toInt(), 540);
        QVERIFY(web.value(QLatin1String("repeated")).toInt() >= 270);

        const CliRun again = corpus("dedup", arguments);
        QCOMPARE(again.code, 1);
        QVERIFY2(again.err.contains("nothing is written over"), again.err.constData());
    }

    void theSummaryCountsSitesAndSplits()
    {
        const CliRun run = corpus("summary", {path("own"), QStringLiteral("--json"), path("summary.json")});
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY2(run.out.startsWith("train: 1 capture of 1 session and 1 network; 1 threat class, 1 benign class; "
                                    "30 threat flows, 240 benign flows, "),
                 run.out.constData());
        QVERIFY2(run.out.contains("1 = office"), run.out.constData());
        const QJsonArray behaviours = json(path("summary.json")).value(QLatin1String("behaviours")).toArray();
        QCOMPARE(behaviours.size(), 2);
        QCOMPARE(behaviours[0].toObject().value(QLatin1String("behaviour")).toString(), QStringLiteral("beacon"));
        QCOMPARE(
            behaviours[0].toObject().value(QLatin1String("flows")).toObject().value(QLatin1String("office")).toInt(),
            30);
    }

    void confoundingIsMeasured()
    {
        if (!hasLearner())
            QSKIP("built without LibTorch: no forest can be grown");
        const CliRun run = corpus("confounding", {path("theirs"), QStringLiteral("--split"), QStringLiteral("train"),
                                                  QStringLiteral("--json"), path("confounding.json")});
        QVERIFY2(run.code == 0, run.err.constData());
        const QJsonObject split = json(path("confounding.json")).value(QLatin1String("splits")).toArray()[0].toObject();
        QCOMPARE(split.value(QLatin1String("networks")).toInt(), 1); // all "made here"
        for (const QJsonValue& each : split.value(QLatin1String("associations")).toArray()) {
            const QJsonObject pair = each.toObject();
            if (pair.value(QLatin1String("told")) != QLatin1String("class") ||
                pair.value(QLatin1String("from")) != QLatin1String("capture"))
                continue;
            const QJsonObject byFlows = pair.value(QLatin1String("by_flows")).toObject();
            QCOMPARE(byFlows.value(QLatin1String("accuracy")).toDouble(), 1.0); // every class has its own captures
        }
        QCOMPARE(split.value(QLatin1String("forests")).toArray().size(), 11);
    }
};

QTEST_GUILESS_MAIN(CliCorpusTest)
#include "cli_corpus_test.moc"
