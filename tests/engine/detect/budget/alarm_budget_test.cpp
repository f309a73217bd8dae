// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/detect/budget/alarm_budget.h"

#include <limits>

using namespace flowscent;
using detect::AlarmBudget;

class AlarmBudgetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void oneInSoManyFlowsIsAShare()
    {
        QCOMPARE(detect::rateOf(AlarmBudget::oneIn(1000), 0).value(), 0.001);
        QCOMPARE(detect::rateOf(AlarmBudget::oneIn(1), 0).value(), 1.0);
    }

    void alarmsAnHourAreAShareOfTheHoursFlows()
    {
        QCOMPARE(detect::rateOf(AlarmBudget::perHour(2), 1500).value(), 2.0 / 1500);
        QCOMPARE(detect::rateOf(AlarmBudget::perHour(2), 1).value(), 1.0); // more cannot alarm than there are
    }

    void nonsenseIsRefused_data()
    {
        QTest::addColumn<AlarmBudget>("budget");
        QTest::addColumn<double>("flowsPerHour");
        const double infinite = std::numeric_limits<double>::infinity();
        const double nothing = std::numeric_limits<double>::quiet_NaN();
        QTest::newRow("less than one flow") << AlarmBudget::oneIn(0.5) << 1.0;
        QTest::newRow("no number of flows") << AlarmBudget::oneIn(nothing) << 1.0;
        QTest::newRow("endless flows") << AlarmBudget::oneIn(infinite) << 1.0;
        QTest::newRow("no alarm an hour") << AlarmBudget::perHour(0) << 100.0;
        QTest::newRow("no number an hour") << AlarmBudget::perHour(nothing) << 100.0;
        QTest::newRow("an hour nobody counted") << AlarmBudget::perHour(1) << 0.0;
        QTest::newRow("an hour of no number") << AlarmBudget::perHour(1) << nothing;
    }
    void nonsenseIsRefused()
    {
        QFETCH(const AlarmBudget, budget);
        QFETCH(const double, flowsPerHour);
        const auto rate = detect::rateOf(budget, flowsPerHour);
        QVERIFY(!rate);
        QVERIFY(rate.error().code == base::Error::Code::Argument);
    }

    void isSaidAsItWasAsked()
    {
        QCOMPARE(detect::text(AlarmBudget::oneIn(10'000)), std::string("1 in 10000"));
        QCOMPARE(detect::text(AlarmBudget::perHour(0.5)), std::string("0.5 an hour"));
        QCOMPARE(detect::amountText(1234.56), std::string("1235"));
        QCOMPARE(detect::amountText(15.432), std::string("15.4"));
    }
};

QTEST_GUILESS_MAIN(AlarmBudgetTest)
#include "alarm_budget_test.moc"
