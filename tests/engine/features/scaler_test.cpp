// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include <QFile>

#include "engine/features/feature_schema.h"
#include "engine/features/scaler.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace flowscent;
using features::FeatureSet;
using features::Scaler;

namespace {

constexpr std::size_t varied = 0;   ///< packets_out: logarithm
constexpr std::size_t constant = 1; ///< packets_in: logarithm

FeatureSet emptySet(std::size_t rows)
{
    return {base::Matrix(rows, features::sequenceLength * features::sequenceFields),
            base::Matrix(rows, features::statisticDefinitions().size())};
}

/// scaler.csv of numpy: raw in the first two columns, scaled in the others.
QList<QList<double>> golden()
{
    QFile file(QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/features/scaler.csv"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("scaler.csv is missing");
    QList<QList<double>> rows;
    for (const QByteArray& line : file.readAll().trimmed().split('\n').mid(1)) {
        QList<double> row;
        for (const QByteArray& field : line.split(','))
            row << field.toDouble();
        rows << row;
    }
    return rows;
}

FeatureSet rawGolden()
{
    const auto rows = golden();
    FeatureSet set = emptySet(static_cast<std::size_t>(rows.size()));
    for (std::size_t row = 0; row < set.size(); ++row) {
        set.statistics.row(row)[varied] = static_cast<float>(rows[static_cast<qsizetype>(row)][0]);
        set.statistics.row(row)[constant] = static_cast<float>(rows[static_cast<qsizetype>(row)][1]);
    }
    return set;
}

} // namespace

class ScalerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void medianAndQuartilesAreNumpys()
    {
        const FeatureSet raw = rawGolden();
        const FeatureSet scaled = Scaler::fit(raw).apply(raw);
        const auto rows = golden();
        bool clipped = false;
        for (std::size_t row = 0; row < raw.size(); ++row) {
            const auto& expected = rows[static_cast<qsizetype>(row)];
            QVERIFY(std::abs(static_cast<double>(scaled.statistics.row(row)[varied]) - expected[2]) < 1e-5);
            QCOMPARE(scaled.statistics.row(row)[constant], static_cast<float>(expected[3]));
            clipped = clipped || std::abs(expected[2]) > 1;
        }
        QVERIFY(clipped);
    }

    void outliersAreClipped()
    {
        const Scaler scaler = Scaler::fit(rawGolden());
        FeatureSet far = emptySet(2);
        far.statistics.row(0)[varied] = 1e12F;
        far.statistics.row(1)[constant] = 1e12F;
        const FeatureSet scaled = scaler.apply(far);
        QCOMPARE(scaled.statistics.row(0)[varied], 5.0F);
        QCOMPARE(scaled.statistics.row(1)[constant], 5.0F);
    }

    void absentPacketsStayZeroAndDoNotCount()
    {
        FeatureSet raw = emptySet(3);
        constexpr std::size_t burst = 6;
        constexpr std::size_t valid = 7;
        for (std::size_t row = 0; row < 3; ++row) { // one packet each: 1, 2 and 3 in a row before it
            raw.sequences.row(row)[burst] = static_cast<float>(row + 1);
            raw.sequences.row(row)[valid] = 1;
        }
        const Scaler scaler = Scaler::fit(raw);
        QCOMPARE(scaler.sequenceMedian[burst], std::log1p(2.0F));
        const FeatureSet scaled = scaler.apply(raw);
        QCOMPARE(scaled.sequences.row(1)[burst], 0.0F);
        QVERIFY(scaled.sequences.row(2)[burst] > 0);
        QCOMPARE(scaled.sequences.row(0)[valid], 1.0F);
        const auto rest = scaled.sequences.row(0).subspan(features::sequenceFields);
        QVERIFY(std::ranges::all_of(rest, [](float value) { return value == 0; }));
    }

    void aScalerOfNothingChangesNothing()
    {
        const Scaler scaler = Scaler::fit(emptySet(0));
        QVERIFY(std::ranges::all_of(scaler.statisticRange, [](float range) { return range == 1; }));
        QVERIFY(scaler.apply(emptySet(0)).size() == 0);
    }

    void itTravelsInAModelFile()
    {
        const Scaler scaler = Scaler::fit(rawGolden());
        base::TensorFile file;
        scaler.put(file);
        const auto taken = Scaler::take(file);
        QVERIFY(taken);
        QVERIFY(*taken == scaler);
    }

    void aScalerOfAnotherTableIsRefused()
    {
        Scaler wider = Scaler::fit(rawGolden());
        wider.statisticMedian.push_back(0);
        base::TensorFile file;
        wider.put(file);
        const auto taken = Scaler::take(file);
        QVERIFY(!taken);
        QVERIFY(taken.error().what.find("scaler.statistic_median") != std::string::npos);

        for (const float range : {0.0F, -1.0F, std::numeric_limits<float>::quiet_NaN()}) {
            Scaler flat = Scaler::fit(rawGolden());
            flat.sequenceRange[2] = range;
            base::TensorFile other;
            flat.put(other);
            QVERIFY(!Scaler::take(other));
        }
        QVERIFY(!Scaler::take(base::TensorFile{}));
    }
};

QTEST_GUILESS_MAIN(ScalerTest)
#include "scaler_test.moc"
