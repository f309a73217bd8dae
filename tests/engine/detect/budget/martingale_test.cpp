// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/budget/martingale.h"
#include "tests/engine/detect/budget/golden.h"

#include <cmath>
#include <limits>

using namespace flowscent;
using detect::Martingale;

class MartingaleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void capitalIsThatOfThePapersFormulas()
    {
        const auto golden = test::budgetGolden("martingale");
        const auto pValues = test::numbers(golden[QStringLiteral("p_values")]);
        const auto capitals = test::numbers(golden[QStringLiteral("capitals")]);
        QVERIFY(pValues.size() == 60 && capitals.size() == 60);
        Martingale martingale;
        double peak = 1;
        for (std::size_t i = 0; i < pValues.size(); ++i) {
            martingale.bet(pValues[i]);
            peak = std::max(peak, capitals[i]);
            QVERIFY2(test::near(std::exp(martingale.logCapital()), capitals[i], 1e-9 * capitals[i]),
                     std::to_string(i).c_str());
            QVERIFY(test::near(std::exp(martingale.logPeak()), peak, 1e-9 * peak));
            QVERIFY(test::near(martingale.chance(), 1 / peak, 1e-9));
        }
        QCOMPARE(martingale.bets(), std::uint64_t(60));
    }

    /// One bet: jumpers have 1 whatever p is, since they lean both ways alike; the power bettors e p^(e - 1).
    void theFirstBetByHand()
    {
        Martingale martingale;
        QCOMPARE(martingale.logCapital(), 0.0);
        martingale.bet(0.25);
        double power = 0;
        for (const double e : {0.1, 0.3, 0.5, 0.7, 0.9})
            power += e * std::pow(0.25, e - 1) / 5;
        QVERIFY(test::near(std::exp(martingale.logCapital()), 0.5 + 0.5 * power));
    }

    /// A fair game: the expected capital stays 1. Its mean over the midpoints of 200 000 p-values, where p^(e - 1) is
    /// the steepest, is a hair below.
    void aBetIsFair()
    {
        constexpr int points = 200'000;
        double sum = 0;
        for (int i = 0; i < points; ++i) {
            Martingale martingale;
            martingale.bet((i + 0.5) / points);
            sum += std::exp(martingale.logCapital()) / points;
        }
        QVERIFY2(std::abs(sum - 1) < 0.03 && sum < 1, std::to_string(sum).c_str());
    }

    /// Ville: the share of runs that ever reach c is at most 1 / c.
    void uniformPValuesSeldomMakeRich()
    {
        constexpr int runs = 600;
        base::Rng rng(8);
        int ten = 0;
        int hundred = 0;
        for (int run = 0; run < runs; ++run) {
            Martingale martingale;
            for (int i = 0; i < 300; ++i)
                martingale.bet(1 - rng.uniform());
            ten += martingale.logPeak() >= std::log(10) ? 1 : 0;
            hundred += martingale.logPeak() >= std::log(100) ? 1 : 0;
        }
        QVERIFY2(ten < runs * 0.1 + 3 * std::sqrt(runs * 0.09), std::to_string(ten).c_str());
        QVERIFY2(hundred < runs * 0.01 + 3 * std::sqrt(runs * 0.0099), std::to_string(hundred).c_str());
        QVERIFY(ten > 0); // it does bet
    }

    void pValuesThatLeanEitherWayMakeRich()
    {
        base::Rng rng(8);
        Martingale low;
        Martingale high;
        Martingale late;
        for (int i = 0; i < 1000; ++i) {
            const double p = 1 - rng.uniform();
            low.bet(p * p);
            high.bet(std::sqrt(p));
            late.bet(i < 500 ? p : std::sqrt(p));
        }
        for (const Martingale& martingale : {low, high, late})
            QVERIFY2(martingale.logPeak() > std::log(1000), std::to_string(martingale.logPeak()).c_str());
    }

    void extremePValuesKeepItFinite()
    {
        Martingale martingale;
        for (int i = 0; i < 10'000; ++i)
            martingale.bet(std::numeric_limits<double>::min());
        QVERIFY(std::isfinite(martingale.logCapital()) && martingale.logCapital() > 1000);
        const Martingale before = martingale;
        for (const double p : {0.0, -1.0, 1.5, std::numeric_limits<double>::quiet_NaN()})
            martingale.bet(p);
        QVERIFY(martingale == before);
        for (int i = 0; i < 10'000; ++i)
            martingale.bet(1.0);
        QVERIFY(std::isfinite(martingale.logCapital()));
    }
};

QTEST_GUILESS_MAIN(MartingaleTest)
#include "martingale_test.moc"
