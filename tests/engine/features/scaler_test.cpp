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

    /// Against the schema's formulas with the C library's logarithm in double precision, over all magnitudes.
    void numbersAreSquashedAsTheSchemaSays()
    {
        Scaler plain = Scaler::fit(emptySet(0));        // subtracts 0, divides by 1
        std::ranges::fill(plain.statisticRange, 40.0F); // log(1 + 1e12) is 27.6: nothing is clipped
        std::ranges::fill(plain.sequenceRange, 40.0F);
        std::vector<float> values{0.0F, -0.0F, 1e-40F, 1e12F};
        for (float value = 1e-30F; value < 1e12F; value *= 1.01F)
            values.push_back(value);
        FeatureSet raw = emptySet(2 * values.size());
        for (std::size_t row = 0; row < raw.size(); ++row) {
            const float value = row % 2 == 0 ? values[row / 2] : -values[row / 2];
            std::ranges::fill(raw.statistics.row(row), value);
            std::ranges::fill(raw.sequences.row(row).first(7), value);
            raw.sequences.row(row)[7] = 1;
        }
        const FeatureSet scaled = plain.apply(raw);
        double worst = 0; // relative
        const auto check = [&worst](const features::FeatureDefinition& feature, double x, double found) {
            double expected = x;
            if (feature.squash == features::Squash::Log)
                expected = std::log1p(std::max(0.0, x));
            else if (feature.squash == features::Squash::SignedLog)
                expected = std::copysign(std::log1p(std::abs(x)), x);
            expected = std::clamp(expected / 40, -5.0, 5.0);
            if (std::abs(expected) > 1e-37) // below, floats have few digits
                worst = std::max(worst, std::abs(found - expected) / std::abs(expected));
            else
                QVERIFY(std::abs(found - expected) < 1e-40);
        };
        for (std::size_t row = 0; row < raw.size(); ++row) {
            for (std::size_t i = 0; i < raw.statistics.columns; ++i)
                check(features::statisticDefinitions()[i], raw.statistics.row(row)[i], scaled.statistics.row(row)[i]);
            for (std::size_t i = 0; i < 7; ++i)
                check(features::sequenceDefinitions()[i], raw.sequences.row(row)[i], scaled.sequences.row(row)[i]);
        }
        QVERIFY2(worst < 5e-7, qPrintable(QString::number(worst)));
    }

    void whatIsNoFiniteNumberIsNotMadeOne()
    {
        constexpr float infinity = std::numeric_limits<float>::infinity();
        const Scaler scaler = Scaler::fit(rawGolden());
        FeatureSet raw = emptySet(3);
        raw.statistics.row(0)[varied] = infinity;
        raw.statistics.row(1)[varied] = -infinity; // a logarithm takes what is below 0 for 0
        const FeatureSet scaled = scaler.apply(raw);
        QCOMPARE(scaled.statistics.row(0)[varied], 5.0F);
        QVERIFY(scaled.statistics.row(1)[varied] == scaled.statistics.row(2)[varied]);
        constexpr std::size_t size = 0; // signed
        raw.sequences.row(0)[size] = std::numeric_limits<float>::quiet_NaN();
        raw.sequences.row(0)[7] = 1;
        raw.sequences.row(1)[size] = -infinity;
        raw.sequences.row(1)[7] = 1;
        QVERIFY(std::isnan(scaler.apply(raw).sequences.row(0)[size]));
        QCOMPARE(scaler.apply(raw).sequences.row(1)[size], -5.0F);
    }

    /// Absent packets before, between and behind present ones.
    void blocksAreScaledAsTheWhole()
    {
        FeatureSet raw = emptySet(50);
        for (std::size_t row = 0; row < raw.size(); ++row) {
            for (std::size_t packet = row % 3; packet < row; packet += 1 + row % 2) {
                const auto fields = raw.sequences.row(row).subspan(packet % 32 * 8, 8);
                for (std::size_t i = 0; i < 7; ++i)
                    fields[i] = static_cast<float>((row + 1) * (i + packet)) * (i == 0 && row % 4 == 0 ? -1.0F : 1.0F);
                fields[7] = 1;
            }
            for (std::size_t i = 0; i < raw.statistics.columns; ++i)
                raw.statistics.row(row)[i] = static_cast<float>(row * i);
        }
        const Scaler scaler = Scaler::fit(raw);
        const FeatureSet whole = scaler.apply(raw);
        FeatureSet block = emptySet(13);
        std::ranges::fill(block.sequences.values, -3.0F); // what a block before left there
        for (std::size_t first = 0; first < raw.size(); first += 13) {
            const std::size_t count = std::min<std::size_t>(13, raw.size() - first);
            scaler.apply(raw, first, count, block);
            for (std::size_t row = 0; row < count; ++row) {
                QVERIFY(std::ranges::equal(block.sequences.row(row), whole.sequences.row(first + row)));
                QVERIFY(std::ranges::equal(block.statistics.row(row), whole.statistics.row(first + row)));
            }
        }
        for (std::size_t row = 0; row < raw.size(); ++row) {
            for (std::size_t packet = 0; packet < 32; ++packet) {
                const auto fields = whole.sequences.row(row).subspan(packet * 8, 8);
                QVERIFY(raw.sequences.row(row)[packet * 8 + 7] == fields[7]);
                if (fields[7] == 0)
                    QVERIFY(std::ranges::all_of(fields, [](float value) { return value == 0; }));
            }
        }
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
