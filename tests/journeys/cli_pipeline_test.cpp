// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>
#include <QTemporaryDir>

#include "tests/journeys/cli_runner.h"
#include "tests/journeys/cli_world.h"

using namespace flowscent::test;

/// From captures to alerts on the command line alone: train, evaluate, adapt, score, detect. The traffic is generated,
/// so nothing but the build is needed.
class CliPipelineTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }

    CliRun adapt(const QStringList& more, const char* detector = "beacon.detector") const
    {
        return cli(QStringList{QStringLiteral("adapt"), QStringLiteral("--support"), path("labels.csv"),
                               QStringLiteral("--model"), path("base.safetensors"), QStringLiteral("--out"),
                               path(detector)} +
                   more + QStringList{path("capture.pcap")});
    }
    CliRun score(const QStringList& more = {}) const
    {
        return cli(QStringList{QStringLiteral("score"), QStringLiteral("--detector"), path("beacon.detector")} + more +
                   QStringList{path("capture.pcap")});
    }
    CliRun detect(const QStringList& more) const
    {
        return cli(QStringList{QStringLiteral("detect"), QStringLiteral("--detector"), path("beacon.detector"),
                               QStringLiteral("--replay"), path("capture.pcap")} +
                   more);
    }
    static bool isBeacon(const CsvRow& row) { return row[QStringLiteral("src_port")].toInt() >= 50'000; }

private Q_SLOTS:
    void initTestCase()
    {
        if (!hasLearner())
            QSKIP("built without LibTorch: nothing can be trained or embedded");
        writeCapture(m_folder.path());
        writeCorpus(path("corpus"));
        const CliRun run = cli({QStringLiteral("train"), QStringLiteral("--corpus"), path("corpus"),
                                QStringLiteral("--out"), path("base.safetensors"), QStringLiteral("--curves"),
                                path("curves.csv"), QStringLiteral("--tensorboard"), path("events"),
                                QStringLiteral("--steps"), QStringLiteral("120"), QStringLiteral("--validate-every"),
                                QStringLiteral("50"), QStringLiteral("--ways"), QStringLiteral("5")});
        QVERIFY2(run.code == 0, run.err.constData());
        const CliRun adapted = adapt({QStringLiteral("--shots"), QStringLiteral("3")});
        QVERIFY2(adapted.code == 0, adapted.err.constData());
    }

    void trainingWritesItsCurves()
    {
        const auto rows = csvRows(fileBytes(path("curves.csv")));
        QVERIFY(rows.size() >= 2);
        QCOMPARE(rows.first()[QStringLiteral("step")], QStringLiteral("50"));
        QVERIFY(rows.last()[QStringLiteral("train_loss")].toDouble() <
                rows.first()[QStringLiteral("train_loss")].toDouble());
        QVERIFY(fileBytes(path("curves.csv")).startsWith("# configuration: {"));
        const auto events = QDir(path("events")).entryList({QStringLiteral("events.out.tfevents.*")}, QDir::Files);
        QCOMPARE(events.size(), 1);
        QCOMPARE(fileBytes(path("events") + QLatin1Char('/') + events.first()).count("validation/accuracy"),
                 rows.size());
    }

    void trainingAgainGivesTheSameBytes()
    {
        const QStringList arguments{QStringLiteral("train"),   QStringLiteral("--corpus"), path("corpus"),
                                    QStringLiteral("--steps"), QStringLiteral("60"),       QStringLiteral("--out")};
        QCOMPARE(cli(arguments + QStringList{path("one.safetensors")}).code, 0);
        QCOMPARE(cli(arguments + QStringList{path("two.safetensors")}).code, 0);
        QVERIFY(!fileBytes(path("one.safetensors")).isEmpty());
        QCOMPARE(fileBytes(path("one.safetensors")), fileBytes(path("two.safetensors")));
        const QStringList otherSeed{path("three.safetensors"), QStringLiteral("--seed"), QStringLiteral("2")};
        QCOMPARE(cli(arguments + otherSeed).code, 0);
        QVERIFY(fileBytes(path("one.safetensors")) != fileBytes(path("three.safetensors")));
    }

    void evaluationPrintsATableAndWritesJson()
    {
        const CliRun run =
            cli({QStringLiteral("evaluate"), QStringLiteral("--corpus"), path("corpus"), QStringLiteral("--split"),
                 QStringLiteral("val"), QStringLiteral("--model"), path("base.safetensors"),
                 QStringLiteral("--episodes"), QStringLiteral("4"), QStringLiteral("--json"), path("result.json")});
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(run.out.contains("r2d2") && run.out.contains("protonet"));
        const QJsonObject document = QJsonDocument::fromJson(fileBytes(path("result.json"))).object();
        for (const char* member : {"protocol", "corpus", "corpus_sha256", "split", "model", "model_sha256", "seed",
                                   "draws", "min_packets", "benign_flows", "also", "query_mix", "results"})
            QVERIFY2(document.contains(QLatin1String(member)), member);
        QCOMPARE(document[QStringLiteral("draws")].toInt(), 4);
        const QJsonObject first = document[QStringLiteral("results")][0].toObject();
        for (const char* member :
             {"method", "regime", "ways", "shots", "classes", "episodes", "accuracy", "paired_vs_rf", "per_class"})
            QVERIFY2(first.contains(QLatin1String(member)), member);
        const QJsonObject accuracy = first[QStringLiteral("accuracy")].toObject();
        QVERIFY(accuracy[QStringLiteral("mean")].toDouble() > 0);
        QCOMPARE(accuracy[QStringLiteral("ci")].toArray().size(), 2);
    }

    void huntsPrintATableAndWriteJson()
    {
        const QStringList hunt{QStringLiteral("evaluate"),
                               QStringLiteral("--protocol"),
                               QStringLiteral("hunt"),
                               QStringLiteral("--corpus"),
                               path("corpus"),
                               QStringLiteral("--model"),
                               path("base.safetensors"),
                               QStringLiteral("--draws"),
                               QStringLiteral("2"),
                               QStringLiteral("--shots"),
                               QStringLiteral("1,5"),
                               QStringLiteral("--json")};
        const CliRun run = cli(hunt + QStringList{path("hunt.json")});
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(run.out.contains("same capture, own networks, 5 shots"));
        const auto members = [](const QJsonValue& object) {
            QStringList keys = object.toObject().keys(); // sorted
            return keys.join(QLatin1Char(' '));
        };
        const QJsonObject document = QJsonDocument::fromJson(fileBytes(path("hunt.json"))).object();
        QCOMPARE(members(document), QStringLiteral("benign_flows corpus corpus_sha256 draws min_packets model "
                                                   "model_sha256 protocol results seed split"));
        QCOMPARE(document[QStringLiteral("protocol")].toString(), QStringLiteral("hunt"));
        const QJsonArray rows = document[QStringLiteral("results")].toArray();
        QCOMPARE(rows.size(), 2 * 2 * 2 * 11); // variants, negatives, numbers of shots, methods
        const QString figures = QStringLiteral("auprc precision_at_20 recall_fpr_1e2 recall_fpr_1e3");
        for (const QJsonValue& row : rows) {
            QCOMPARE(members(row),
                     QStringLiteral("auprc classes method negatives paired_vs_rf paired_vs_rf_bank per_class "
                                    "precision_at_20 recall_fpr_1e2 recall_fpr_1e3 seconds shots variant"));
            QCOMPARE(members(row[QStringLiteral("auprc")]), QStringLiteral("ci mean"));
            QCOMPARE(members(row[QStringLiteral("paired_vs_rf")]), figures);
            QCOMPARE(members(row[QStringLiteral("paired_vs_rf_bank")]), figures);
            QCOMPARE(members(row[QStringLiteral("paired_vs_rf")][QStringLiteral("auprc")]), QStringLiteral("ci mean"));
            QCOMPARE(members(row[QStringLiteral("per_class")]), QStringLiteral("class16"));
            QCOMPARE(members(row[QStringLiteral("per_class")][QStringLiteral("class16")]), figures);
            const double auprc = row[QStringLiteral("auprc")][QStringLiteral("mean")].toDouble();
            QVERIFY2(auprc > 0 && auprc < 1 + 1e-9, qPrintable(QString::number(auprc)));
        }

        const CliRun two = cli(hunt + QStringList{path("two.json"), QStringLiteral("--method"),
                                                  QStringLiteral("flowscent,random_forest")});
        QVERIFY2(two.code == 0, two.err.constData());
        const QJsonArray fewer =
            QJsonDocument::fromJson(fileBytes(path("two.json"))).object()[QStringLiteral("results")].toArray();
        QCOMPARE(fewer.size(), 2 * 2 * 2 * 2);
        QVERIFY(fewer[0][QStringLiteral("paired_vs_rf_bank")].isNull());
        QCOMPARE(fewer[0][QStringLiteral("per_class")], rows[0][QStringLiteral("per_class")]); // the same draws

        const CliRun bankless = cli(hunt + QStringList{path("train.json"), QStringLiteral("--split"),
                                                       QStringLiteral("train"), QStringLiteral("--method"),
                                                       QStringLiteral("flowscent,random_forest_bank,zero_shot")});
        QVERIFY2(bankless.code == 0, bankless.err.constData());
        QVERIFY(bankless.err.contains("cannot also give the bank"));
        QVERIFY(bankless.out.contains("random_forest_bank")); // by the model's own bank
        QVERIFY(!bankless.out.contains("zero_shot"));
    }

    void evidenceIsJudgedByDeletion()
    {
        const CliRun run =
            cli({QStringLiteral("evaluate"), QStringLiteral("--protocol"), QStringLiteral("evidence"),
                 QStringLiteral("--corpus"), path("corpus"), QStringLiteral("--model"), path("base.safetensors"),
                 QStringLiteral("--draws"), QStringLiteral("2"), QStringLiteral("--shots"), QStringLiteral("5"),
                 QStringLiteral("--json"), path("evidence.json")});
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(run.out.contains("named beat chance"));
        const QJsonObject document = QJsonDocument::fromJson(fileBytes(path("evidence.json"))).object();
        QCOMPARE(document[QStringLiteral("protocol")].toString(), QStringLiteral("evidence"));
        QVERIFY(document[QStringLiteral("flows")].toInt() > 0);
        QVERIFY(document[QStringLiteral("completeness_error")][QStringLiteral("max")].toDouble() < 0.01);
        const QJsonArray rows = document[QStringLiteral("results")].toArray();
        QCOMPARE(rows.size(), 2); // three and five masked features
        for (const QJsonValue& row : rows) {
            const double share = row[QStringLiteral("named_beats_chance")][QStringLiteral("mean")].toDouble();
            QVERIFY2(share > 0.5 && share <= 1, qPrintable(QString::number(share)));
            QVERIFY(row[QStringLiteral("per_class")].toObject().contains(QStringLiteral("class16")));
        }
    }

    void anEncoderIsFineTunedWhenAsked()
    {
        for (const char* scope : {"last", "all"}) {
            const QStringList tune{QStringLiteral("--shots"), QStringLiteral("5"), QStringLiteral("--fine-tune"),
                                   QString::fromLatin1(scope)};
            const CliRun tuned = adapt(tune, "tuned.detector");
            QVERIFY2(tuned.code == 0, tuned.err.constData());
            QVERIFY2(tuned.err.contains("steps of the "), tuned.err.constData());
            const QByteArray first = fileBytes(path("tuned.detector"));
            QCOMPARE(adapt(tune, "tuned.detector").code, 0);
            QCOMPARE(fileBytes(path("tuned.detector")), first);
            const CliRun scored = cli(
                {QStringLiteral("score"), QStringLiteral("--detector"), path("tuned.detector"), path("capture.pcap")});
            QVERIFY2(scored.code == 0, scored.err.constData());
            const auto rows = csvRows(scored.out);
            QCOMPARE(rows.size(), worldBeacons + worldBenign);
            qsizetype found = 0;
            for (qsizetype i = 0; i < worldBeacons; ++i)
                found += isBeacon(rows[i]) ? 1 : 0;
            QVERIFY2(found >= worldBeacons * 9 / 10, qPrintable(QString::number(found)));
        }
        QVERIFY(adapt({QStringLiteral("--fine-tune-steps"), QStringLiteral("3")}, "none.detector").code != 0);
        QVERIFY(adapt({QStringLiteral("--fine-tune"), QStringLiteral("some")}, "none.detector").code != 0);
    }

    void flowsListsEveryConversationOnce()
    {
        const CliRun run = cli({QStringLiteral("flows"), path("capture.pcap")});
        QCOMPARE(run.code, 0);
        QVERIFY(run.out.startsWith("community_id,src_ip,src_port,dst_ip,dst_port,proto,start_epoch,duration_s,packets_"
                                   "out,packets_in,bytes_out,bytes_in,state"));
        const auto rows = csvRows(run.out);
        QCOMPARE(rows.size(), worldBeacons + worldBenign);
        for (const CsvRow& row : rows) {
            QCOMPARE(row[QStringLiteral("state")], QStringLiteral("SF"));
            QCOMPARE(row[QStringLiteral("dst_port")], QStringLiteral("443"));
            if (isBeacon(row))
                QCOMPARE(row[QStringLiteral("packets_out")].toInt() + row[QStringLiteral("packets_in")].toInt(), 10);
        }
    }

    void flowsGivesTheSameAsJsonLines()
    {
        const auto rows = csvRows(cli({QStringLiteral("flows"), path("capture.pcap")}).out);
        const CliRun run =
            cli({QStringLiteral("flows"), QStringLiteral("--format"), QStringLiteral("jsonl"), path("capture.pcap")});
        const auto lines = run.out.trimmed().split('\n');
        QCOMPARE(lines.size(), rows.size());
        for (qsizetype i = 0; i < lines.size(); ++i) {
            const QJsonObject object = QJsonDocument::fromJson(lines[i]).object();
            QCOMPARE(object[QStringLiteral("community_id")].toString(), rows[i][QStringLiteral("community_id")]);
            QCOMPARE(object[QStringLiteral("bytes_in")].toInt(), rows[i][QStringLiteral("bytes_in")].toInt());
            QCOMPARE(object[QStringLiteral("src_ip")].toString(), rows[i][QStringLiteral("src_ip")]);
        }
    }

    void flowsReadsFromAPipeAndWritesToAFile()
    {
        const CliRun file = cli({QStringLiteral("flows"), path("capture.pcap")});
        const CliRun pipe = cli({QStringLiteral("flows"), QStringLiteral("-")}, fileBytes(path("capture.pcap")));
        QCOMPARE(pipe.code, 0);
        QCOMPARE(pipe.out, file.out);
        const CliRun written =
            cli({QStringLiteral("flows"), path("capture.pcap"), QStringLiteral("-o"), path("flows.csv")});
        QCOMPARE(written.code, 0);
        QVERIFY(written.out.isEmpty());
        QCOMPARE(fileBytes(path("flows.csv")), file.out);
    }

    void threeExamplesRankTheThreatOnTop()
    {
        const CliRun run = score();
        QVERIFY2(run.code == 0, run.err.constData());
        const auto rows = csvRows(run.out);
        QCOMPARE(rows.size(), worldBeacons + worldBenign);
        int found = 0;
        double before = 1;
        for (qsizetype i = 0; i < rows.size(); ++i) {
            const double now = rows[i][QStringLiteral("score")].toDouble();
            QVERIFY(now <= before && now >= 0);
            before = now;
            QCOMPARE(rows[i][QStringLiteral("verdict")],
                     now >= 0.5 ? QStringLiteral("threat") : QStringLiteral("normal"));
            found += i < worldBeacons && isBeacon(rows[i]) ? 1 : 0;
        }
        QCOMPARE(rows.first()[QStringLiteral("rank")], QStringLiteral("1"));
        QVERIFY2(found >= worldBeacons - 2, std::to_string(found).c_str());
    }

    /// What a flow is, is shown and never scored.
    void scoresAreTheSameWithoutLookingAtPayload()
    {
        const auto with = csvRows(score().out);
        const auto without = csvRows(score({QStringLiteral("--no-dpi")}).out);
        QCOMPARE(with.size(), without.size());
        qsizetype known = 0;
        for (qsizetype i = 0; i < with.size(); ++i) {
            for (const char* column : {"community_id", "start_epoch", "bytes_in", "score", "rank", "verdict"})
                QCOMPARE(with[i][QLatin1String(column)], without[i][QLatin1String(column)]);
            known += with[i][QStringLiteral("app")].isEmpty() ? 0 : 1;
            QVERIFY(without[i][QStringLiteral("app")].isEmpty() && without[i][QStringLiteral("host")].isEmpty());
        }
        QVERIFY(known > 0);
    }

    void aDetectorNeedsNeitherItsModelNorItsCapture()
    {
        const QByteArray before = score().out;
        QTemporaryDir elsewhere;
        const QString moved = elsewhere.filePath(QStringLiteral("moved.detector"));
        writeFile(moved, fileBytes(path("beacon.detector")));
        QVERIFY(QFile::rename(path("base.safetensors"), path("away.safetensors")));
        const CliRun run = cli({QStringLiteral("score"), QStringLiteral("--detector"), moved, path("capture.pcap")});
        QVERIFY(QFile::rename(path("away.safetensors"), path("base.safetensors")));
        QCOMPARE(run.code, 0);
        QCOMPARE(run.out, before);
    }

    /// What is in them, tests/engine/learn/export_test looks at.
    void modelsAndDetectorsLeaveForOtherPrograms()
    {
        const auto exported = [this](const QStringList& what, const char* name) {
            const QString file = path(name);
            const CliRun run = cli(QStringList{QStringLiteral("export-model"), QStringLiteral("--torchscript"),
                                               file + QStringLiteral(".pt"), QStringLiteral("--onnx"),
                                               file + QStringLiteral(".onnx")} +
                                   what);
            if (run.code != 0)
                qWarning("%s", run.err.constData());
            return run.code;
        };
        const QStringList model{QStringLiteral("--model"), path("base.safetensors")};
        const QStringList head{QStringLiteral("--head"), path("beacon.detector")};
        QCOMPARE(exported(model, "alone"), 0);
        QCOMPARE(exported(head, "brought"), 0);
        QCOMPARE(exported(model + head, "both"), 0);
        QVERIFY(fileBytes(path("alone.pt")).startsWith("PK")); // a zip archive
        QVERIFY(fileBytes(path("brought.onnx")).contains("Sigmoid"));
        QVERIFY(!fileBytes(path("alone.onnx")).contains("Sigmoid"));
        QCOMPARE(fileBytes(path("both.onnx")), fileBytes(path("brought.onnx")));
        QCOMPARE(fileBytes(path("both.pt")), fileBytes(path("brought.pt")));
    }

    void anotherModelsDetectorIsNotExportedUnderThisOne()
    {
        const CliRun run =
            cli({QStringLiteral("export-model"), QStringLiteral("--model"), path("three.safetensors"),
                 QStringLiteral("--head"), path("beacon.detector"), QStringLiteral("--onnx"), path("mixed.onnx")});
        QCOMPARE(run.code, 1);
        QVERIFY2(run.err.contains("beacon.detector: was adapted from another model"), run.err.constData());
        QVERIFY(!QFile::exists(path("mixed.onnx")));
    }

    void theSameSeedGivesTheSameDetector()
    {
        const QStringList shots{QStringLiteral("--shots"), QStringLiteral("3")};
        QCOMPARE(adapt(shots, "again.detector").code, 0);
        QCOMPARE(fileBytes(path("again.detector")), fileBytes(path("beacon.detector")));
        QCOMPARE(adapt(shots + QStringList{QStringLiteral("--seed"), QStringLiteral("9")}, "again.detector").code, 0);
        QVERIFY(fileBytes(path("again.detector")) != fileBytes(path("beacon.detector")));
    }

    void anUnlabelledBackgroundWillDo()
    {
        const QByteArray labels = fileBytes(path("labels.csv"));
        QByteArray threats;
        for (const QByteArray& line : labels.split('\n')) {
            if (!line.contains("background"))
                threats += line + '\n';
        }
        writeFile(path("threats.csv"), threats);
        const CliRun run =
            cli({QStringLiteral("adapt"), QStringLiteral("--support"), path("threats.csv"), QStringLiteral("--model"),
                 path("base.safetensors"), QStringLiteral("--shots"), QStringLiteral("5"), QStringLiteral("--out"),
                 path("few.detector"), path("capture.pcap")});
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(run.err.contains("5 examples, 0 counter-examples"));
    }

    void aReplayAlertsOnTheFlowsThatScoreRanksAboveTheLine()
    {
        QSet<QString> expected;
        for (const CsvRow& row : csvRows(score().out)) {
            if (row[QStringLiteral("verdict")] == QStringLiteral("threat"))
                expected << row[QStringLiteral("community_id")] + row[QStringLiteral("start_epoch")];
        }
        const CliRun run = detect({});
        QVERIFY2(run.code == 0, run.err.constData());
        QSet<QString> alerted;
        for (const QByteArray& line : run.out.trimmed().split('\n')) {
            const QJsonObject alert = QJsonDocument::fromJson(line).object();
            QCOMPARE(alert[QStringLiteral("event_type")].toString(), QStringLiteral("alert"));
            const QJsonObject own = alert[QStringLiteral("metadata")][QStringLiteral("flowscent")].toObject();
            if (own[QStringLiteral("stage")].toString() == QStringLiteral("flow_end"))
                alerted << alert[QStringLiteral("community_id")].toString() +
                               own[QStringLiteral("start_epoch")].toString();
        }
        QVERIFY(expected.size() >= worldBeacons / 2);
        QCOMPARE(alerted, expected);
    }

    void alertsAndTheProposalGoToTheirFiles()
    {
        const CliRun run =
            detect({QStringLiteral("--eve"), path("eve.json"), QStringLiteral("--nft"), path("proposal.nft")});
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(run.out.isEmpty());
        QCOMPARE(fileBytes(path("eve.json")), detect({}).out);
        const QByteArray script = fileBytes(path("proposal.nft"));
        QVERIFY(script.contains("table inet flowscent") && script.contains("10.0.0.2 timeout 1h"));
        QVERIFY(script.contains("NOTHING HAS BEEN APPLIED"));
    }

    void anEarlierRunsAlertsAreKept()
    {
        writeFile(path("kept.json"), "{\"event_type\":\"alert\",\"from\":\"yesterday\"}\n");
        QCOMPARE(detect({QStringLiteral("--eve"), path("kept.json")}).code, 0);
        QVERIFY(fileBytes(path("kept.json")).startsWith("{\"event_type\":\"alert\",\"from\":\"yesterday\"}\n{"));
    }

    void aDamagedCapturesGoodPartIsScoredAndToldApart()
    {
        const QByteArray whole = fileBytes(path("capture.pcap"));
        writeFile(path("cut.pcap"), whole.left(whole.size() * 2 / 3));
        const CliRun scored =
            cli({QStringLiteral("score"), QStringLiteral("--detector"), path("beacon.detector"), path("cut.pcap")});
        QCOMPARE(scored.code, 3);
        QVERIFY(scored.err.contains("cut.pcap") && scored.err.contains("cut off after packet"));
        QVERIFY(csvRows(scored.out).size() > worldBenign / 3);
        const CliRun replayed = cli({QStringLiteral("detect"), QStringLiteral("--detector"), path("beacon.detector"),
                                     QStringLiteral("--replay"), path("cut.pcap")});
        QCOMPARE(replayed.code, 3);
        QVERIFY(!replayed.out.isEmpty());
    }
};

QTEST_GUILESS_MAIN(CliPipelineTest)
#include "cli_pipeline_test.moc"
