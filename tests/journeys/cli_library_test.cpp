// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include "tests/journeys/cli_runner.h"
#include "tests/journeys/cli_world.h"

using namespace flowscent::test;

namespace {

QString word(const char* text)
{
    return QString::fromUtf8(text);
}

/// A row without the columns that only one of the two commands has.
CsvRow asScored(CsvRow row)
{
    for (const char* column : {"reason", "detector", "version", "capture"})
        row.remove(word(column));
    return row;
}

} // namespace

/// Detectors that are kept, found again, made anew for another base model, and sent hunting in old captures.
class CliLibraryTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }

    CliRun library(const QStringList& arguments, const char* folder = "library") const
    {
        return cli(QStringList{word("library")} + arguments + QStringList{word("--library"), path(folder)});
    }
    /// Splits at blanks; @x is x in the folder of this test.
    CliRun say(const char* arguments, const char* folder = "library") const
    {
        QStringList list = word(arguments).split(QLatin1Char(' '));
        for (QString& one : list) {
            if (one.startsWith(QLatin1Char('@')))
                one = m_folder.filePath(one.mid(1));
        }
        return library(list, folder);
    }
    CliRun keep(const char* name, const char* shots, const char* seed) const
    {
        return cli({word("adapt"), word("--support"), path("labels.csv"), word("--shots"), word(shots), word("--seed"),
                    word(seed), word("--save-as"), word(name), word("--why"), word("calls home, ticket 7"),
                    word("--author"), word("Grace"), word("--library"), path("library"), path("capture.pcap")});
    }
    QJsonArray listed(const QStringList& more = {}) const
    {
        const CliRun run = library(QStringList{word("list"), word("--json")} + more);
        return QJsonDocument::fromJson(run.out).array();
    }
    /// Every file of the library with its bytes.
    QMap<QString, QByteArray> files() const
    {
        QMap<QString, QByteArray> all;
        const QDir root(path("library"));
        for (const QString& name : root.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
            for (const QString& file : QDir(root.filePath(name)).entryList(QDir::Files | QDir::Hidden))
                all[name + QLatin1Char('/') + file] = fileBytes(root.filePath(name) + QLatin1Char('/') + file);
        }
        return all;
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (!hasLearner())
            QSKIP("built without LibTorch: nothing can be trained or embedded");
        writeCapture(m_folder.path());
        writeCorpus(path("corpus"));
        const CliRun trained = cli({word("train"), word("--corpus"), path("corpus"), word("--out"),
                                    path("other.safetensors"), word("--steps"), word("40"), word("--ways"), word("5")});
        QVERIFY2(trained.code == 0, trained.err.constData());
        const CliRun kept = keep("beacon", "6", "1");
        QVERIFY2(kept.code == 0, kept.err.constData());
        QVERIFY2(kept.err.contains("added 'beacon' version 1"), kept.err.constData());
    }

    void whoWhenWhyAndWhichFlowsAreKept()
    {
        const QJsonObject entry = listed().first().toObject();
        QCOMPARE(entry[word("name")].toString(), word("beacon"));
        QCOMPARE(entry[word("version")].toInt(), 1);
        QCOMPARE(entry[word("state")].toString(), word("ready"));
        const QJsonObject bundle = entry[word("bundle")].toObject();
        QCOMPARE(bundle[word("examples")][word("threat")].toInt(), 6);
        const QJsonObject provenance = bundle[word("provenance")].toObject();
        QCOMPARE(provenance[word("author")].toString(), word("Grace"));
        QCOMPARE(provenance[word("why")].toString(), word("calls home, ticket 7"));
        QVERIFY(QDateTime::fromString(provenance[word("created")].toString(), Qt::ISODate).isValid());
        const QJsonObject capture = provenance[word("captures")][0].toObject();
        QCOMPARE(capture[word("name")].toString(), word("capture.pcap"));
        QCOMPARE(capture[word("sha256")].toString().toLatin1(),
                 QCryptographicHash::hash(fileBytes(path("capture.pcap")), QCryptographicHash::Sha256).toHex());
        QMap<QString, CsvRow> flows;
        for (const CsvRow& row : csvRows(cli({word("flows"), path("capture.pcap")}).out))
            flows[row[word("community_id")]] = row;
        int threats = 0;
        for (const auto& value : provenance[word("flows")].toArray()) {
            const QJsonObject flow = value.toObject();
            const CsvRow row = flows[flow[word("community_id")].toString()];
            QCOMPARE(flow[word("client_port")].toInt(), row[word("src_port")].toInt());
            QCOMPARE(flow[word("client")].toString(), row[word("src_ip")]);
            QCOMPARE(flow[word("server")].toString(), row[word("dst_ip")]);
            QCOMPARE(flow[word("start_epoch")].toString(), row[word("start_epoch")]);
            QCOMPARE(flow[word("label")].toString(),
                     row[word("src_port")].toInt() >= 50'000 ? word("beacon") : word("not beacon"));
            threats += flow[word("label")].toString() == word("beacon") ? 1 : 0;
        }
        QCOMPARE(threats, 6);
        const QByteArray shown = say("show beacon").out;
        QVERIFY2(shown.contains("by Grace") && shown.contains("capture capture.pcap sha256"), shown.constData());
        QVERIFY(say("list").out.contains("calls home, ticket 7"));
    }

    void aHuntInManyCapturesScoresAsScoreDoes()
    {
        QCOMPARE(say("export beacon --out @beacon.detector").code, 0);
        QVERIFY(QDir().mkpath(path("old/deeper")));
        QVERIFY(QFile::copy(path("capture.pcap"), path("old/a.pcap")));
        QVERIFY(QFile::copy(path("corpus/class3_0.pcap"), path("old/b.pcap")));
        QVERIFY(QFile::copy(path("corpus/class8_1.pcap"), path("old/deeper/c.pcap")));
        const CliRun hunt = say("hunt @old --all-flows --summary @summary.csv");
        QVERIFY2(hunt.code == 0, hunt.err.constData());
        const auto rows = csvRows(hunt.out);
        qsizetype at = 0;
        const auto summary = csvRows(fileBytes(path("summary.csv")));
        QCOMPARE(summary.size(), 3);
        for (const char* capture : {"old/a.pcap", "old/b.pcap", "old/deeper/c.pcap"}) {
            const CliRun scored =
                cli({word("score"), word("--no-dpi"), word("--detector"), path("beacon.detector"), path(capture)});
            QCOMPARE(scored.code, 0);
            int hits = 0;
            for (const CsvRow& row : csvRows(scored.out)) {
                QVERIFY(at < rows.size());
                QCOMPARE(rows[at][word("capture")], path(capture));
                QCOMPARE(rows[at][word("detector")], word("beacon"));
                QCOMPARE(rows[at][word("version")], word("1"));
                QCOMPARE(asScored(rows[at]), asScored(row));
                hits += row[word("verdict")] == word("threat") ? 1 : 0;
                ++at;
            }
            bool summed = false;
            for (const CsvRow& row : summary) {
                if (row[word("capture")] == path(capture)) {
                    QCOMPARE(row[word("hits")].toInt(), hits);
                    summed = true;
                }
            }
            QVERIFY(summed);
        }
        QCOMPARE(at, rows.size());
        QVERIFY(rows.size() > worldBeacons + worldBenign);

        const CliRun alone = say("hunt @old --format jsonl");
        QCOMPARE(alone.code, 0);
        qsizetype above = 0;
        for (const CsvRow& row : rows)
            above += row[word("verdict")] == word("threat") ? 1 : 0;
        QVERIFY(above >= worldBeacons / 2);
        QCOMPARE(alone.out.count('\n'), above);
        const QJsonObject first = QJsonDocument::fromJson(alone.out.split('\n').first()).object();
        QCOMPARE(first[word("detector")].toString(), word("beacon"));
        QCOMPARE(first[word("rank")].toInt(), 1);
    }

    void othersComeAndGoAndNothingElseChanges()
    {
        const QByteArray before = say("hunt @capture.pcap --all-flows --detector beacon").out;
        QVERIFY(before.count('\n') == worldBeacons + worldBenign + 1);
        const auto first = files();
        QCOMPARE(keep("second one", "3", "2").code, 0);
        QCOMPARE(keep("beacon", "3", "3").code, 0);
        QCOMPARE(say("hunt @capture.pcap --all-flows --detector beacon@1").out, before);
        QVERIFY(say("hunt @capture.pcap --all-flows --detector beacon").out != before);
        QCOMPARE(library({word("rename"), word("second one"), word("zweiter")}).code, 0);
        QCOMPARE(say("remove zweiter --all").code, 0);
        QCOMPARE(say("remove beacon --version 2").code, 0);
        QCOMPARE(say("hunt @capture.pcap --all-flows --detector beacon").out, before);
        QVERIFY(say("show beacon").out.contains("version 2: removed"));
        auto after = files();
        QVERIFY(after.remove(word("beacon/2.removed")) == 1);
        QCOMPARE(after, first);
    }

    void aChangeOfTheBaseModelAsksToReadaptAndShowsBothSides()
    {
        const QStringList other{word("--model"), path("other.safetensors")};
        QCOMPARE(listed(other).first()[word("state")].toString(), word("re-adapt"));
        const auto before = files();
        const CliRun trial = say("readapt beacon --model @other.safetensors --dry-run");
        QVERIFY2(trial.code == 0, trial.err.constData());
        QVERIFY(trial.out.contains("beacon version 1, each example scored without having been seen"));
        QVERIFY(trial.out.contains("  before (base ") && trial.out.contains("  after  (base "));
        QVERIFY(trial.out.contains("    example 6: "));
        QCOMPARE(files(), before);
        const CliRun made = say("readapt --all --model @other.safetensors --author Ada");
        QVERIFY2(made.code == 0, made.err.constData());
        QCOMPARE(made.out, trial.out);
        auto after = files();
        QCOMPARE(after.take(word("beacon/3.detector")).isEmpty(), false);
        QCOMPARE(after, before);
        const QJsonArray entries = listed(other);
        QCOMPARE(entries.size(), 2);
        QCOMPARE(entries[0][word("state")].toString(), word("re-adapt"));
        QCOMPARE(entries[1][word("state")].toString(), word("ready"));
        QCOMPARE(listed()[1][word("state")].toString(), word("re-adapt"));
        const QJsonObject provenance = entries[1][word("bundle")][word("provenance")].toObject();
        QVERIFY(provenance[word("from")].toString().startsWith(word("version 1, base model ")));
        QCOMPARE(provenance[word("author")].toString(), word("Ada"));
        QVERIFY(say("readapt beacon --model @other.safetensors").err.contains("is of this base model already"));
        QCOMPARE(say("remove beacon --version 3").code, 0);
    }

    void anUpdateOfTheBaseSaysWhatItDoesAndChangesNothingThatIsThere()
    {
        const auto before = files();
        const CliRun plan = say("update-base --out @new.safetensors --steps 3 --dry-run");
        QVERIFY2(plan.code == 0, plan.err.constData());
        QVERIFY2(plan.out.contains("is taught 1 detector") && plan.out.contains("beacon@1: 6 examples"),
                 plan.out.constData());
        QVERIFY(!QFile::exists(path("new.safetensors")));
        const CliRun update = say("update-base --out @new.safetensors --steps 3 --judgements 5");
        QVERIFY2(update.code == 0, update.err.constData());
        QVERIFY(update.out.startsWith(plan.out));
        QVERIFY(update.out.contains("forgotten"));
        QVERIFY(update.out.contains("beacon version 1, each example scored without having been seen"));
        QCOMPARE(files(), before);
        const QByteArray model = fileBytes(path("new.safetensors"));
        QVERIFY(!model.isEmpty() && QFile::exists(path("new.safetensors.memory")));
        QCOMPARE(listed().first()[word("state")].toString(), word("ready"));
        QCOMPARE(listed({word("--model"), path("new.safetensors")}).first()[word("state")].toString(),
                 word("re-adapt"));

        const CliRun again = say("update-base --out @new.safetensors --steps 3");
        QCOMPARE(again.code, 1);
        QVERIFY2(again.err.contains("is there already"), again.err.constData());
        QCOMPARE(fileBytes(path("new.safetensors")), model);
        const CliRun known =
            say("update-base --memory @new.safetensors.memory --model @new.safetensors --out @3.safetensors");
        QCOMPARE(known.code, 1);
        QVERIFY(known.out.contains("'beacon@1' has been learned before"));
    }

    void bundlesGoFromLibraryToLibrary()
    {
        QCOMPARE(say("export beacon@1 --out @bundle.detector").code, 0);
        QCOMPARE(say("import @bundle.detector", "theirs").code, 0);
        QCOMPARE(say("import @bundle.detector --name lamp", "theirs").code, 0);
        QCOMPARE(say("hunt @capture.pcap --all-flows --detector beacon", "theirs").out,
                 say("hunt @capture.pcap --all-flows --detector beacon").out);
        QVERIFY(say("show lamp", "theirs").out.contains("by Grace"));
        QCOMPARE(cli({word("adapt"), word("--support"), path("labels.csv"), word("--out"), path("plain.detector"),
                      path("capture.pcap")})
                     .code,
                 0);
        const CliRun refused = say("import @plain.detector", "theirs");
        QCOMPARE(refused.code, 1);
        QVERIFY(refused.err.contains("library add"));
        QCOMPARE(say("add @plain.detector --name plain --why because", "theirs").code, 0);
        QVERIFY(say("list --model @other.safetensors", "theirs").out.contains("own base only"));
    }

    void aDamagedFileIsShownAndLeft()
    {
        const QString file = path("theirs/lamp/1.detector");
        const QByteArray whole = fileBytes(file);
        QVERIFY(!whole.isEmpty());
        writeFile(file, whole.left(whole.size() / 2));
        const CliRun run = say("list", "theirs");
        QCOMPARE(run.code, 3);
        QVERIFY(run.out.contains("damaged") && run.out.contains("beacon"));
        const CliRun hunt = say("hunt @capture.pcap", "theirs");
        QCOMPARE(hunt.code, 0);
        QVERIFY(hunt.err.contains("lamp/1.detector") && hunt.err.contains("left out"));
        QCOMPARE(fileBytes(file), whole.left(whole.size() / 2));
        writeFile(file, whole);
        QByteArray flipped = whole;
        flipped[flipped.size() - 1] = static_cast<char>(flipped[flipped.size() - 1] ^ 1);
        writeFile(file, flipped);
        QCOMPARE(say("list", "theirs").code, 0);
        QCOMPARE(say("list --verify", "theirs").code, 3);
    }

    void damagedCapturesAreRemarked()
    {
        const QByteArray whole = fileBytes(path("capture.pcap"));
        writeFile(path("cut.pcap"), whole.left(whole.size() / 2));
        const CliRun cut = say("hunt @cut.pcap @capture.pcap @missing.pcap --detector beacon");
        QCOMPARE(cut.code, 3);
        QVERIFY2(cut.err.contains("cut off after packet") && cut.err.contains("missing.pcap") &&
                     cut.err.contains("skipped"),
                 cut.err.constData());
        QVERIFY(cut.out.contains(path("capture.pcap").toUtf8()));
        QCOMPARE(say("hunt @missing.pcap --detector beacon").code, 1);
    }

    void whatMakesNoSenseIsRefusedWithASentence_data()
    {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("sentence");
        const auto row = [](const char* arguments, int code, const char* sentence) {
            QTest::newRow(arguments) << QByteArray(arguments) << code << QByteArray(sentence);
        };
        row("show nobody", 1, "there is no detector 'nobody'");
        row("show beacon@9", 1, "there is no version 9");
        row("show ../beacon", 1, "no slashes");
        row("remove beacon", 2, "is required");
        row("remove beacon --version 9", 1, "there is no version 9");
        row("rename beacon ..", 1, "no slashes");
        row("readapt", 2, "name the detectors, or give --all");
        row("export nobody --out @x", 1, "there is no detector");
        row("import @labels.csv", 1, "labels.csv");
        row("add @missing --why x", 1, "missing");
        row("add @missing", 2, "--why is required");
        row("hunt @capture.pcap --detector nobody", 1, "there is no detector");
        row("update-base", 2, "--out is required");
        row("fly", 2, "subcommand is required");
    }
    void whatMakesNoSenseIsRefusedWithASentence()
    {
        QFETCH(const QByteArray, arguments);
        QFETCH(const int, code);
        QFETCH(const QByteArray, sentence);
        const auto before = files();
        const CliRun run = say(arguments.constData());
        QCOMPARE(run.code, code);
        QVERIFY2(run.err.contains(sentence), run.err.constData());
        QCOMPARE(files(), before);
    }

    void keepingNeedsAReasonAndAName()
    {
        const QStringList adapt{word("adapt"),        word("--support"), path("labels.csv"),
                                path("capture.pcap"), word("--library"), path("library")};
        const CliRun nowhere = cli(adapt);
        QCOMPARE(nowhere.code, 1);
        QVERIFY(nowhere.err.contains("--out, --save-as or both"));
        const CliRun silent = cli(adapt + QStringList{word("--save-as"), word("x")});
        QCOMPARE(silent.code, 1);
        QVERIFY(silent.err.contains("needs --why"));
        const CliRun outside = cli(adapt + QStringList{word("--save-as"), word("../x"), word("--why"), word("y")});
        QCOMPARE(outside.code, 1);
        QVERIFY(outside.err.contains("no slashes"));
    }
};

QTEST_GUILESS_MAIN(CliLibraryTest)
#include "cli_library_test.moc"
