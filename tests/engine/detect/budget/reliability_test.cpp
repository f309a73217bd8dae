// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/budget/reliability.h"
#include "tests/engine/detect/budget/golden.h"

#include <cmath>
#include <numeric>

using namespace flowscent;
using detect::Calibrator;
using detect::JudgedLogits;
using detect::ReliabilityBins;

namespace {

double logit(double probability)
{
    return std::log(probability / (1 - probability));
}

} // namespace

class ReliabilityTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void binsAreThoseOfScikitLearn_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<ReliabilityBins>("bins");
        QTest::newRow("equal width") << "uniform" << ReliabilityBins::EqualWidth;
        QTest::newRow("equal mass") << "quantile" << ReliabilityBins::EqualMass;
    }
    void binsAreThoseOfScikitLearn()
    {
        QFETCH(const QString, name);
        QFETCH(const ReliabilityBins, bins);
        const auto golden = test::budgetGolden("calibration");
        const auto expected = golden[name].toObject();
        const auto rows = detect::reliability(test::judgedLogits(golden), Calibrator{}, bins);
        const auto threats = test::numbers(expected[QStringLiteral("threats")]);
        const auto predicted = test::numbers(expected[QStringLiteral("predicted")]);
        const auto flows = test::numbers(expected[QStringLiteral("flows")]);
        QCOMPARE(rows.size(), threats.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            QCOMPARE(static_cast<double>(rows[i].flows), flows[i]);
            QVERIFY(test::near(rows[i].threats, threats[i]));
            QVERIFY(test::near(rows[i].predicted, predicted[i]));
            QVERIFY(test::near(rows[i].weight, flows[i] / 300));
        }
        QVERIFY(test::near(detect::expectedCalibrationError(rows), expected[QStringLiteral("error")].toDouble()));
    }

    void brierScoresAreThoseOfScikitLearn()
    {
        const auto golden = test::budgetGolden("calibration");
        const JudgedLogits judged = test::judgedLogits(golden);
        QVERIFY(test::near(detect::brierScore(judged, {}), golden[QStringLiteral("brier")].toDouble()));
        QVERIFY(test::near(detect::brierScore(judged.atPrevalence(golden[QStringLiteral("prevalence")].toDouble()), {}),
                           golden[QStringLiteral("brier_at_prevalence")].toDouble()));
        QCOMPARE(detect::brierScore({}, {}), 0.0);
    }

    /// Said 0.9 of four flows, three are threats; said 0.1 of one that weighs as much as those, which is none.
    void weighsByHand()
    {
        JudgedLogits judged;
        for (const bool threat : {true, true, true, false})
            judged.add(logit(0.9), threat);
        judged.add(logit(0.1), false, 4);
        const auto rows = detect::reliability(judged, {}, ReliabilityBins::EqualWidth, 10);
        QCOMPARE(rows.size(), std::size_t(2));
        QVERIFY(test::near(detect::expectedCalibrationError(rows), 0.5 * 0.1 + 0.5 * 0.15));
    }

    void flowsThatAreSaidAlikeStayTogether()
    {
        JudgedLogits judged;
        for (int i = 0; i < 30; ++i)
            judged.add(0.0, i % 2 == 0);
        judged.add(5.0, true);
        const auto rows = detect::reliability(judged, {}, ReliabilityBins::EqualMass);
        QCOMPARE(rows.size(), std::size_t(2));
        QCOMPARE(rows[0].flows, std::size_t(30));
        QVERIFY(test::near(rows[0].threats, 0.5));
    }

    /// Truths drawn with the probabilities that are said: what is left is chance, about sqrt(2 p (1 - p) / (pi n)) a
    /// bin.
    void whoSaysTheTruthHasNoError()
    {
        base::Rng rng(41);
        JudgedLogits judged;
        constexpr int flows = 30'000;
        for (int i = 0; i < flows; ++i) {
            const double x = 3 * rng.normal();
            judged.add(x, rng.uniform() < Calibrator{}.probability(x));
        }
        for (const auto bins : {ReliabilityBins::EqualWidth, ReliabilityBins::EqualMass}) {
            QVERIFY(detect::expectedCalibrationError(detect::reliability(judged, {}, bins)) < 0.01);
            QVERIFY(detect::expectedCalibrationError(detect::reliability(judged, {0.3, 0}, bins)) > 0.05); // too sure
        }
    }

    void nothingSaidIsNoTable()
    {
        QVERIFY(detect::reliability({}, {}, ReliabilityBins::EqualWidth).empty());
        QVERIFY(detect::reliability({}, {}, ReliabilityBins::EqualMass).empty());
        JudgedLogits sure;
        sure.add(1e9, true);
        sure.add(-1e9, false);
        QCOMPARE(detect::reliability(sure, {}, ReliabilityBins::EqualWidth).size(),
                 std::size_t(2)); // 0 and 1 have bins
    }
};

QTEST_GUILESS_MAIN(ReliabilityTest)
#include "reliability_test.moc"
