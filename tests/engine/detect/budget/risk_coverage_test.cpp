// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/budget/risk_coverage.h"
#include "tests/engine/detect/budget/golden.h"

#include <limits>

using namespace flowscent;

class RiskCoverageTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theCurveIsNumpys()
    {
        const auto golden = test::budgetGolden("risk_coverage");
        std::vector<bool> wrong;
        for (const double value : test::numbers(golden[QStringLiteral("wrong")]))
            wrong.push_back(value == 1);
        const auto curve = detect::riskCoverage(test::numbers(golden[QStringLiteral("confidence")]), wrong);
        const QJsonArray expected = golden[QStringLiteral("curve")].toArray();
        QCOMPARE(static_cast<qsizetype>(curve.size()), expected.size());
        for (std::size_t i = 0; i < curve.size(); ++i) {
            const auto point = test::numbers(expected[static_cast<qsizetype>(i)]);
            QVERIFY(test::near(curve[i].confidence, point[0]) && test::near(curve[i].coverage, point[1]) &&
                    test::near(curve[i].risk, point[2]));
        }
        QVERIFY(test::near(detect::areaUnderRiskCoverage(curve), golden[QStringLiteral("area")].toDouble()));
    }

    /// Sure and right, two equally sure of which one is wrong, unsure and wrong.
    void fourAnswersByHand()
    {
        const std::vector<double> confidences{0.6, 0.9, 0.8, 0.8};
        const auto curve = detect::riskCoverage(confidences, {true, false, false, true});
        QCOMPARE(curve.size(), std::size_t(3));
        QVERIFY(test::near(curve[1].coverage, 0.75) && test::near(curve[1].risk, 1.0 / 3));
        QVERIFY(test::near(detect::areaUnderRiskCoverage(curve), 0.5 * 1.0 / 3 + 0.25 * 0.5));
        QCOMPARE(detect::widestWithin(curve, 0.4)->confidence, 0.8);
        QCOMPARE(detect::widestWithin(curve, 0.5)->coverage, 1.0);
        QCOMPARE(detect::widestWithin(curve, 0.0)->confidence, 0.9);
    }

    void noThresholdMayBeGoodEnough()
    {
        QVERIFY(!detect::widestWithin(detect::riskCoverage(std::vector{0.9, 0.8}, {true, false}), 0.1));
        QVERIFY(!detect::widestWithin({}, 1.0));
        QCOMPARE(detect::areaUnderRiskCoverage({}), 0.0);
    }

    void answersWithoutConfidenceAreNeverGiven()
    {
        const double nothing = std::numeric_limits<double>::quiet_NaN();
        const auto curve = detect::riskCoverage(std::vector{nothing, 0.7}, {true, false});
        QCOMPARE(curve.size(), std::size_t(1));
        QVERIFY(test::near(curve[0].coverage, 0.5) && test::near(curve[0].risk, 0.0));
    }
};

QTEST_GUILESS_MAIN(RiskCoverageTest)
#include "risk_coverage_test.moc"
