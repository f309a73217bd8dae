// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/detector.h"

#include <cmath>
#include <limits>

using namespace flowscent;

class RanksTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theHighestScoreHasRankOne()
    {
        QVERIFY((detect::ranks({0.1F, 0.9F, 0.5F}) == std::vector<std::uint32_t>{3, 1, 2}));
    }

    void equalScoresShareTheBetterRank()
    {
        QVERIFY((detect::ranks({0.5F, 0.9F, 0.5F, 0.5F, 0.1F}) == std::vector<std::uint32_t>{2, 1, 2, 2, 5}));
    }

    void rowsOfEqualScoreKeepTheirOrder()
    {
        QVERIFY((detect::rankedRows({0.5F, 0.9F, 0.5F, 0.1F}) == std::vector<std::uint32_t>{1, 0, 2, 3}));
    }

    void flowsWithoutAScoreComeLastAndHaveNoRank()
    {
        constexpr float none = std::numeric_limits<float>::quiet_NaN();
        QVERIFY((detect::rankedRows({none, 0.1F, none, 0.9F}) == std::vector<std::uint32_t>{3, 1, 0, 2}));
        QVERIFY((detect::ranks({none, 0.1F, none, 0.9F}) == std::vector<std::uint32_t>{0, 2, 0, 1}));
        QVERIFY((detect::ranks({none, none}) == std::vector<std::uint32_t>{0, 0}));
    }

    void noScoresHaveNoRanks()
    {
        QVERIFY(detect::ranks({}).empty());
        QVERIFY(detect::rankedRows({}).empty());
    }

    void theAlarmLineItselfIsAnAlarm()
    {
        QVERIFY(detect::verdict(0.5F) == detect::Verdict::Threat);
        QVERIFY(detect::verdict(std::nextafter(0.5F, 0.0F)) == detect::Verdict::Normal);
    }

    void methodsAreKnownByTheirNames()
    {
        for (const detect::Method method : detect::allMethods)
            QVERIFY(detect::parseMethod(detect::text(method)) == method);
        const auto unknown = detect::parseMethod("woods");
        QVERIFY(!unknown);
        QVERIFY(unknown.error().what.find("'woods'") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(RanksTest)
#include "ranks_test.moc"
