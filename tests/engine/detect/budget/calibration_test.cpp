// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "tests/engine/detect/budget/golden.h"

#include <cmath>
#include <limits>
#include <numeric>

using namespace flowscent;
using base::Error;
using detect::Calibrator;
using detect::CalibratorShape;
using detect::JudgedLogits;

namespace {

double logistic(double z)
{
    return 1 / (1 + std::exp(-z));
}

/// Flows whose truth is drawn with the probability that a known calibrator gives.
JudgedLogits drawn(std::size_t flows, const Calibrator& truth, base::Rng& rng)
{
    JudgedLogits judged;
    for (std::size_t i = 0; i < flows; ++i) {
        const double logit = 4 * rng.normal();
        judged.add(logit, rng.uniform() < truth.probability(logit));
    }
    return judged;
}

} // namespace

class CalibrationTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void fitsAreThoseOfScikitLearn_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("bias");
        QTest::addColumn<bool>("reweighted");
        QTest::newRow("temperature and bias") << "fit" << true << false;
        QTest::newRow("temperature alone") << "fit_without_bias" << false << false;
        QTest::newRow("at a prevalence") << "fit_at_prevalence" << true << true;
    }
    void fitsAreThoseOfScikitLearn()
    {
        QFETCH(const QString, name);
        QFETCH(const bool, bias);
        QFETCH(const bool, reweighted);
        const auto golden = test::budgetGolden("calibration");
        JudgedLogits judged = test::judgedLogits(golden);
        if (reweighted)
            judged = judged.atPrevalence(golden[QStringLiteral("prevalence")].toDouble());
        const auto fitted =
            detect::fitCalibrator(judged, bias ? CalibratorShape::TemperatureAndBias : CalibratorShape::Temperature);
        QVERIFY(fitted.has_value());
        const auto expected = golden[name].toObject();
        QVERIFY2(test::near(1 / fitted->temperature, expected[QStringLiteral("slope")].toDouble(), 1e-5),
                 std::to_string(1 / fitted->temperature).c_str());
        QVERIFY2(test::near(fitted->bias, expected[QStringLiteral("bias")].toDouble(), 1e-5),
                 std::to_string(fitted->bias).c_str());
    }

    /// Two logits, x and -x, each with known shares: the likeliest line goes through the logits of those shares.
    void twoPlacesByHand()
    {
        JudgedLogits judged;
        judged.add(1, true, 8);
        judged.add(1, false, 2);
        judged.add(-1, true, 1);
        judged.add(-1, false, 9);
        const auto fitted = detect::fitCalibrator(judged);
        QVERIFY(fitted.has_value());
        QVERIFY(test::near(fitted->probability(1), 0.8, 1e-7));
        QVERIFY(test::near(fitted->probability(-1), 0.1, 1e-7));
    }

    void aKnownCalibratorIsFoundAgain()
    {
        base::Rng rng(31);
        const Calibrator truth{2.5, -1.0};
        const auto fitted = detect::fitCalibrator(drawn(20'000, truth, rng));
        QVERIFY(fitted.has_value());
        QVERIFY2(std::abs(fitted->temperature - 2.5) < 0.15, std::to_string(fitted->temperature).c_str());
        QVERIFY2(std::abs(fitted->bias + 1.0) < 0.1, std::to_string(fitted->bias).c_str());
    }

    void aTemperatureNeverChangesTheOrder()
    {
        base::Rng rng(32);
        const auto fitted = detect::fitCalibrator(drawn(500, {0.7, 2}, rng));
        QVERIFY(fitted && fitted->temperature > 0);
        for (int i = 0; i < 1000; ++i) {
            const double a = 10 * rng.normal();
            const double b = 10 * rng.normal();
            QVERIFY((a < b) == (fitted->probability(a) < fitted->probability(b)) ||
                    fitted->probability(a) == fitted->probability(b));
        }
    }

    void theScaleOfLogitsDoesNotMatter()
    {
        const auto golden = test::budgetGolden("calibration");
        const JudgedLogits judged = test::judgedLogits(golden);
        const auto plain = detect::fitCalibrator(judged).value();
        for (const double factor : {1e-6, 1e6}) {
            JudgedLogits scaled = judged;
            for (double& logit : scaled.logits)
                logit *= factor;
            const auto fitted = detect::fitCalibrator(scaled).value();
            QVERIFY(test::near(fitted.temperature / factor, plain.temperature, 1e-5));
            QVERIFY(test::near(fitted.bias, plain.bias, 1e-5));
        }
    }

    void perfectSeparationStaysFinite()
    {
        JudgedLogits judged;
        for (int i = 1; i <= 20; ++i) {
            judged.add(i, true);
            judged.add(-i, false);
        }
        const auto fitted = detect::fitCalibrator(judged);
        QVERIFY(fitted.has_value());
        QVERIFY(std::isfinite(fitted->temperature) && fitted->temperature > 0);
        QVERIFY(fitted->probability(1) > 0.99 && fitted->probability(-1) < 0.01);
    }

    void prevalenceIsAMatterOfWeights()
    {
        JudgedLogits judged;
        judged.add(1, true);
        judged.add(2, true, 3);
        judged.add(0, false);
        const JudgedLogits weighted = judged.atPrevalence(0.01, 5);
        QVERIFY(test::near(weighted.weights[0], 0.0125) && test::near(weighted.weights[1], 0.0375));
        QVERIFY(test::near(weighted.weights[2], 4.95));
    }

    /// Halving the odds of threats moves the bias by log 2 and leaves the temperature, where logits say all there is.
    void anotherPrevalenceMovesTheBias()
    {
        JudgedLogits judged;
        judged.add(1, true, 8);
        judged.add(1, false, 2);
        judged.add(-1, true, 1);
        judged.add(-1, false, 9);
        const auto even = detect::fitCalibrator(judged.atPrevalence(0.5)).value();
        const auto rare = detect::fitCalibrator(judged.atPrevalence(1.0 / 3)).value();
        QVERIFY(test::near(rare.temperature, even.temperature, 1e-6));
        QVERIFY(test::near(even.bias - rare.bias, std::log(2.0), 1e-6));
    }

    void probabilitiesOfAnyLogitAreNumbers()
    {
        const Calibrator calibrator{1e-3, 1};
        QCOMPARE(calibrator.probability(1e300), 1.0);
        QCOMPARE(calibrator.probability(-1e300), 0.0);
        QVERIFY(test::near((Calibrator{2, -0.5}.probability(3)), logistic(1.0), 1e-15));
    }

    void whatTeachesNothingIsRefused()
    {
        const auto codeOf = [](const JudgedLogits& judged) {
            const auto fitted = detect::fitCalibrator(judged);
            return fitted ? Error::Code::Cancelled : fitted.error().code;
        };
        JudgedLogits one;
        one.add(1, true);
        QVERIFY(codeOf({}) == Error::Code::Support);
        QVERIFY(codeOf(one) == Error::Code::Support);
        JudgedLogits upsideDown;
        for (int i = 0; i < 10; ++i)
            upsideDown.add(i, i < 5);
        upsideDown.add(0, false);
        upsideDown.add(9, true);
        QVERIFY(codeOf(upsideDown) == Error::Code::Support);
        JudgedLogits notANumber = test::judgedLogits(test::budgetGolden("calibration"));
        notANumber.logits[0] = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(codeOf(notANumber) == Error::Code::Model);
        JudgedLogits negative = test::judgedLogits(test::budgetGolden("calibration"));
        negative.weights[0] = -1;
        QVERIFY(codeOf(negative) == Error::Code::Argument);
        negative.weights.pop_back();
        QVERIFY(codeOf(negative) == Error::Code::Argument);
    }
};

QTEST_GUILESS_MAIN(CalibrationTest)
#include "calibration_test.moc"
