// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include "tests/journeys/cli_runner.h"
#include "tests/journeys/cli_world.h"

#include <cmath>

using namespace flowscent::test;

/// The protocols of `evaluate` beside episodes and hunts, on a small made corpus: tables that say what was asked, and
/// reports that begin alike.
class CliProtocolsTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString path(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }

    CliRun evaluate(const char* protocol, const char* more) const
    {
        return cli(QStringList{QStringLiteral("evaluate"), QStringLiteral("--protocol"), QString::fromLatin1(protocol),
                               QStringLiteral("--corpus"), path("corpus"), QStringLiteral("--model"),
                               path("base.safetensors"), QStringLiteral("--json"), path("report.json")} +
                   QString::fromLatin1(more).split(QLatin1Char(' '), Qt::SkipEmptyParts));
    }
    QJsonObject report() const { return QJsonDocument::fromJson(fileBytes(path("report.json"))).object(); }
    static QString members(const QJsonValue& object)
    {
        return object.toObject().keys().join(QLatin1Char(' ')); // sorted
    }
    static double mean(const QJsonValue& row, const char* figure)
    {
        return row[QLatin1String(figure)][QStringLiteral("mean")].toDouble();
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (!hasLearner())
            QSKIP("built without LibTorch: nothing can be trained or embedded");
        writeCorpus(path("corpus"));
        const CliRun run = cli({QStringLiteral("train"), QStringLiteral("--corpus"), path("corpus"),
                                QStringLiteral("--out"), path("base.safetensors"), QStringLiteral("--steps"),
                                QStringLiteral("30"), QStringLiteral("--validate-every"), QStringLiteral("30"),
                                QStringLiteral("--ways"), QStringLiteral("4")});
        QVERIFY2(run.code == 0, run.err.constData());
    }

    void openSetsTellSeenFromUnseen()
    {
        // of the split's seven classes two are seen and five are not
        const CliRun run = evaluate("openset", "--ways 2 --shots 2 --queries 4 --episodes 6");
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(run.out.contains("2 seen and 5 unseen classes, 2 shots, capture-disjoint"));
        QVERIFY(run.out.contains("seed 7"));
        QCOMPARE(members(report()), QStringLiteral("benign_flows corpus corpus_sha256 draws min_packets model "
                                                   "model_sha256 protocol queries results seed seen_classes split "
                                                   "unseen_classes"));
        QCOMPARE(report()[QStringLiteral("draws")].toInt(), 6);
        const QJsonArray rows = report()[QStringLiteral("results")].toArray();
        QCOMPARE(rows.size(), 2 * 7); // regimes, methods
        for (const QJsonValue& row : rows) {
            QCOMPARE(members(row), QStringLiteral("auroc classes episodes fpr95 method paired_vs_rf per_class regime "
                                                  "seconds shots"));
            QVERIFY(mean(row, "auroc") >= 0 && mean(row, "auroc") <= 1);
            QVERIFY(mean(row, "fpr95") >= 0 && mean(row, "fpr95") <= 1);
        }
        QCOMPARE(rows[0][QStringLiteral("method")].toString(), QStringLiteral("flowscent"));
        const CliRun tooMany = evaluate("openset", "--ways 5");
        QCOMPARE(tooMany.code, 1);
        QVERIFY2(tooMany.err.contains("fewer than 10 classes"), tooMany.err.constData());
    }

    void wrongExamplesHaveAPrice()
    {
        const CliRun run = evaluate("label-noise", "--shots 5 --draws 2 --method flowscent,random_forest");
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(run.out.contains("same capture, all networks, 5 shots, 1 of them benign by mistake"));
        const QJsonArray rows = report()[QStringLiteral("results")].toArray();
        QCOMPARE(rows.size(), 2 * 2 * 2); // variants, negatives, methods
        for (const QJsonValue& row : rows) {
            QCOMPARE(members(row), QStringLiteral("change classes clean method negatives noisy per_class seconds shots "
                                                  "variant wrong"));
            QCOMPARE(row[QStringLiteral("wrong")].toInt(), 1);
            const double change =
                mean(row[QStringLiteral("noisy")], "auprc") - mean(row[QStringLiteral("clean")], "auprc");
            QVERIFY(std::abs(mean(row[QStringLiteral("change")], "auprc") - change) < 1e-9);
        }
        const CliRun single = evaluate("label-noise", "--shots 1");
        QCOMPARE(single.code, 1);
        QVERIFY2(single.err.contains("one must be right"), single.err.constData());
    }

    void evadersAreHunted()
    {
        const CliRun run = evaluate("evasion", "--draws 2 --method r2d2,flowscent");
        QVERIFY2(run.code == 0, run.err.constData());
        QVERIFY(run.out.contains("pad_to_multiple 512") && run.out.contains("dummies 0.25"));
        const QJsonArray rows = report()[QStringLiteral("results")].toArray();
        QCOMPARE(rows.size(), 2 * 2 * 14 * 2); // variants, negatives, alterations and none, methods
        const QJsonValue first = rows[0];
        QCOMPARE(members(first), QStringLiteral("auprc change classes evasion method negatives per_class "
                                                "precision_at_20 recall_fpr_1e2 recall_fpr_1e3 shots strength "
                                                "variant"));
        QVERIFY(first[QStringLiteral("evasion")].isNull());
        QCOMPARE(mean(first[QStringLiteral("change")], "auprc"), 0.0);
        QCOMPARE(rows[2][QStringLiteral("evasion")].toString(), QStringLiteral("pad_to_multiple"));
        QCOMPARE(rows[2][QStringLiteral("strength")].toInt(), 16);

        // without evasion it is the hunt itself
        const CliRun hunt = evaluate("hunt", "--draws 2 --shots 5 --method r2d2,flowscent");
        QVERIFY2(hunt.code == 0, hunt.err.constData());
        const QJsonArray plain = report()[QStringLiteral("results")].toArray();
        QCOMPARE(plain[0][QStringLiteral("method")], first[QStringLiteral("method")]);
        QCOMPARE(plain[0][QStringLiteral("per_class")], first[QStringLiteral("per_class")]);
    }
};

QTEST_GUILESS_MAIN(CliProtocolsTest)
#include "cli_protocols_test.moc"
