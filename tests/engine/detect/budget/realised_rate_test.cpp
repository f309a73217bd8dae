// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/budget/realised_rate.h"
#include "tests/engine/detect/budget/golden.h"

#include <cmath>

using namespace flowscent;
using detect::RealisedRate;

class RealisedRateTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void intervalsAreThoseOfScipy()
    {
        QFile file(QStringLiteral(FLOWSCENT_SOURCE_DIR "/tests/data/detect/budget.json"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QJsonArray all = QJsonDocument::fromJson(file.readAll())[QLatin1String("intervals")].toArray();
        QVERIFY(all.size() >= 8);
        for (const QJsonValue& golden : all) {
            const auto interval =
                detect::exactInterval(static_cast<std::uint64_t>(golden[QLatin1String("hits")].toInteger()),
                                      static_cast<std::uint64_t>(golden[QLatin1String("trials")].toInteger()),
                                      golden[QLatin1String("confidence")].toDouble());
            const double low = golden[QLatin1String("low")].toDouble();
            const double high = golden[QLatin1String("high")].toDouble();
            QVERIFY2(test::near(interval.low, low, 1e-8 * low), std::to_string(interval.low).c_str());
            QVERIFY2(test::near(interval.high, high, 1e-8 * high), std::to_string(interval.high).c_str());
        }
    }

    /// Without a hit in n trials, (1 - high)^n is what lies outside.
    void noAlarmInAHundredByHand()
    {
        const auto interval = detect::exactInterval(0, 100);
        QCOMPARE(interval.low, 0.0);
        QVERIFY(test::near(interval.high, 1 - std::pow(0.025, 0.01), 1e-12));
    }

    void nothingTriedTellsNothing()
    {
        const auto interval = detect::exactInterval(0, 0);
        QCOMPARE(interval.low, 0.0);
        QCOMPARE(interval.high, 1.0);
        QCOMPARE((RealisedRate{0, 0, 0.01}.rate()), 0.0);
    }

    void whatWasPromisedAndSeen()
    {
        QCOMPARE((RealisedRate{800, 6, 0.01}.sentence()), std::string("promised 8, seen 6"));
        QCOMPARE((RealisedRate{1234, 20, 0.01}.sentence()), std::string("promised 12, seen 20"));
        QCOMPARE((RealisedRate{150, 0, 0.001}.sentence()), std::string("promised 0.2, seen 0"));
    }

    /// Of 1000 flows at 1 in 100, 20 alarms lie beyond the interval (1.22 % to 3.07 %), 15 do not (0.84 %).
    void aPromiseIsBrokenWhenTheIntervalLiesAboveIt()
    {
        QVERIFY((RealisedRate{1000, 15, 0.01}.kept()));
        QVERIFY((!RealisedRate{1000, 20, 0.01}.kept()));
        QVERIFY((RealisedRate{1000, 0, 0.01}.kept()));
    }
};

QTEST_GUILESS_MAIN(RealisedRateTest)
#include "realised_rate_test.moc"
