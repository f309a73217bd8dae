// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTemporaryDir>

#include "tests/journeys/cli_runner.h"

using namespace flowscent::test;

/// The first run that the README promises: the bundled sample, the shipped model, three marked examples.
class CliSampleTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    const QString m_capture = QStringLiteral(FLOWSCENT_SOURCE_DIR "/resources/samples/first-hunt.pcap");
    const QString m_labels = QStringLiteral(FLOWSCENT_SOURCE_DIR "/resources/samples/first-hunt.labels.csv");
    QSet<QString> m_beacons; ///< ends and start of the flows labelled "beacon"

    QString detectorFile() const { return m_folder.filePath(QStringLiteral("beacon.detector")); }

    static QString nameOf(const CsvRow& row)
    {
        QStringList ends{row[QStringLiteral("src_ip")] + QLatin1Char('/') + row[QStringLiteral("src_port")],
                         row[QStringLiteral("dst_ip")] + QLatin1Char('/') + row[QStringLiteral("dst_port")]};
        ends.sort();
        return ends.join(QLatin1Char(' ')) + QString::number(row[QStringLiteral("start_epoch")].toDouble(), 'f', 2);
    }

    QList<CsvRow> scored() const
    {
        return csvRows(cli({QStringLiteral("score"), QStringLiteral("--detector"), detectorFile(), m_capture}).out);
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (!hasLearner())
            QSKIP("built without LibTorch: nothing can be embedded");
        if (!QFile::exists(m_capture) ||
            !QFile::exists(QStringLiteral(FLOWSCENT_SOURCE_DIR "/resources/models/base.safetensors")))
            QSKIP("the sample and the shipped model are not in this checkout");
        for (const CsvRow& row : csvRows(fileBytes(m_labels))) {
            if (row[QStringLiteral("label")] == QStringLiteral("beacon"))
                m_beacons << nameOf(row);
        }
        QVERIFY(m_beacons.size() > 20);
    }

    void threeExamplesBringTheBeaconToTheTop_data()
    {
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 5; ++seed)
            QTest::addRow("seed %d", seed) << seed;
    }
    void threeExamplesBringTheBeaconToTheTop()
    {
        QFETCH(const int, seed);
        const CliRun run = cli({QStringLiteral("adapt"), QStringLiteral("--support"), m_labels,
                                QStringLiteral("--shots"), QStringLiteral("3"), QStringLiteral("--seed"),
                                QString::number(seed), QStringLiteral("--out"), detectorFile(), m_capture});
        QVERIFY2(run.code == 0, run.err.constData());
        const auto rows = scored();
        QVERIFY(rows.size() >= 2000 && rows.size() <= 5000);
        qsizetype found = 0;
        for (qsizetype i = 0; i < m_beacons.size(); ++i)
            found += m_beacons.contains(nameOf(rows[i])) ? 1 : 0;
        QVERIFY2(found * 10 >= m_beacons.size() * 9,
                 qPrintable(QStringLiteral("%1 of %2").arg(found).arg(m_beacons.size())));
    }

    void theReplayAlertsOnWhatIsRankedAboveTheLine()
    {
        QSet<QString> expected;
        for (const CsvRow& row : scored()) {
            if (row[QStringLiteral("verdict")] == QStringLiteral("threat"))
                expected << row[QStringLiteral("community_id")] + row[QStringLiteral("start_epoch")];
        }
        const CliRun run = cli({QStringLiteral("detect"), QStringLiteral("--detector"), detectorFile(),
                                QStringLiteral("--replay"), m_capture});
        QVERIFY2(run.code == 0, run.err.constData());
        QSet<QString> alerted;
        for (const QByteArray& line : run.out.trimmed().split('\n')) {
            const QJsonObject alert = QJsonDocument::fromJson(line).object();
            const QJsonObject own = alert[QStringLiteral("metadata")][QStringLiteral("flowscent")].toObject();
            if (own[QStringLiteral("stage")].toString() == QStringLiteral("flow_end"))
                alerted << alert[QStringLiteral("community_id")].toString() +
                               own[QStringLiteral("start_epoch")].toString();
        }
        QVERIFY(!expected.isEmpty());
        QCOMPARE(alerted, expected);
    }
};

QTEST_GUILESS_MAIN(CliSampleTest)
#include "cli_sample_test.moc"
