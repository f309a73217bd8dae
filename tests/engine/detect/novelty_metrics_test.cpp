// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/evaluation/novelty_metrics.h"
#include "engine/detect/evaluation/shrunk_covariance.h"

#include <array>
#include <cmath>
#include <vector>

using namespace flowscent;
using detect::falseAcceptance;
using detect::noveltyAuroc;

namespace {

bool near(double value, double expected, double tolerance = 1e-12)
{
    return std::abs(value - expected) <= tolerance;
}

const std::vector<double> seen{0.1, 0.2, 0.2, 0.3, 0.4, 0.7, 0.8, 1.0};
const std::vector<double> unseen{0.2, 0.4, 0.5, 0.9, 0.9, 1.2};

} // namespace

class NoveltyMetricsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// scikit-learn 1.2.1: roc_auc_score([0] * 8 + [1] * 6, seen + unseen).
    void theAreaIsThatOfAnotherLibrary() { QVERIFY(near(noveltyAuroc(seen, unseen), 0.6979166666666667)); }

    void tiesCountHalf()
    {
        QVERIFY(near(noveltyAuroc(std::vector{1.0, 1.0}, std::vector{1.0}), 0.5));
        QVERIFY(near(noveltyAuroc(std::vector{1.0, 2.0}, std::vector{2.0}), 0.75)); // one below, one level
        QVERIFY(near(noveltyAuroc(std::vector{3.0}, std::vector{1.0, 2.0}), 0.0));
        QVERIFY(near(noveltyAuroc({}, unseen), 0.5));
    }

    /// 95 % of eight are all of them: the line is at 1.0, and five of six unseen ones are below it.
    void theThresholdIsTheStrictestThatStillTakesEnough()
    {
        QVERIFY(near(falseAcceptance(seen, unseen, 0.95), 5.0 / 6));
        QVERIFY(near(falseAcceptance(seen, unseen, 0.5), 1.0 / 6));   // four of eight: 0.3
        QVERIFY(near(falseAcceptance(seen, unseen, 0.625), 2.0 / 6)); // five of eight: 0.4, with the tie there
        QVERIFY(near(falseAcceptance(seen, {}, 0.95), 0.0));
        QVERIFY(near(falseAcceptance({}, unseen, 0.95), 1.0));
    }

    /// 19 of 20 is enough for 95 %: the one outlier among the seen does not decide.
    void oneInTwentyMayBeLost()
    {
        std::vector<double> twenty(19, 0.0);
        twenty.push_back(9.0);
        QVERIFY(near(falseAcceptance(twenty, std::vector{1.0, 2.0}, 0.95), 0.0));
    }

    /// scikit-learn 1.2.1: ledoit_wolf(rows, assume_centered=True).
    void covarianceIsShrunkAsAnotherLibraryDoes()
    {
        base::Matrix rows(4, 4);
        rows.values = {1, 0, 0, 0, -1, 0, 0, 0, 0, 0.5, 0, 0.25, 0, -0.5, 0, -0.25};
        const auto covariance = detect::shrunkCovariance(rows);
        QVERIFY(near(covariance.shrinkage, 0.41142020497803805));
        const std::array expected{0.36178852489019037,
                                  0.0,
                                  0.0,
                                  0.0,
                                  0.0,
                                  0.14107110175695461,
                                  0.0,
                                  0.036786237188872625,
                                  0.0,
                                  0.0,
                                  0.06749862737920936,
                                  0.0,
                                  0.0,
                                  0.036786237188872625,
                                  0.0,
                                  0.08589174597364568};
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(near(covariance.values[i], expected[i], 1e-9));
    }

    /// The same library shrinks these to 20 / 9 times the identity; the length is |d|^2 / (20 / 9).
    void lengthsAreMeasuredInDeviations()
    {
        base::Matrix rows(6, 3);
        rows.values = {1, 2, -1, 0, -3, 2, -2, 1, 0, 3, 0, -1, -1, 1, 1, -1, -1, -1};
        const auto covariance = detect::shrunkCovariance(rows);
        QVERIFY(near(covariance.shrinkage, 1.0));
        QVERIFY(near(detect::mahalanobis(covariance, std::array{1.0F, -2.0F, 0.5F}), 2.3625, 1e-9));
        const auto nothing = detect::shrunkCovariance(base::Matrix(2, 3));
        QVERIFY(near(detect::mahalanobis(nothing, std::array{1.0F, 2.0F, 2.0F}), 9.0));
    }
};

QTEST_GUILESS_MAIN(NoveltyMetricsTest)
#include "novelty_metrics_test.moc"
