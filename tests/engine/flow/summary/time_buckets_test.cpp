// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/flow/summary/time_buckets.h"

#include <limits>

using namespace flowscent;
using flow::TimeBuckets;
using Unit = flow::TimeStep::Unit;

namespace {

base::Nanoseconds at(const char* iso)
{
    return base::parseIso(iso).value();
}

} // namespace

class TimeBucketsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void roundLengthsBeginWhereAClockDoes()
    {
        const auto buckets = TimeBuckets::over({at("2026-05-01T12:00:07Z"), at("2026-05-01T12:59:59Z")}, 12);
        QVERIFY((buckets.step() == flow::TimeStep{Unit::Minute, 5}));
        QCOMPARE(buckets.size(), std::size_t{12});
        QCOMPARE(buckets.begin(0), at("2026-05-01T12:00:00Z"));
        QCOMPARE(buckets.end(11), at("2026-05-01T13:00:00Z"));
        QCOMPARE(buckets.of(at("2026-05-01T12:04:59.999Z")).value(), std::size_t{0});
        QCOMPARE(buckets.of(at("2026-05-01T12:05:00Z")).value(), std::size_t{1});
        QVERIFY(!buckets.of(at("2026-05-01T13:00:00Z")));
        QVERIFY(!buckets.of(at("2026-05-01T11:59:59Z")));
    }

    void oneMomentIsOneBucket()
    {
        const base::Nanoseconds moment = at("2026-05-01T12:00:07.123456Z");
        const auto buckets = TimeBuckets::over({moment, moment}, 400);
        QCOMPARE(buckets.size(), std::size_t{1});
        QVERIFY((buckets.step() == flow::TimeStep{Unit::Millisecond, 1}));
        QCOMPARE(buckets.of(moment).value(), std::size_t{0});
    }

    /// February and leap years make months uneven; `cal` knows where they begin.
    void fortyYearsAreMonthsOfTheCalendar()
    {
        const auto buckets = TimeBuckets::over({0, at("2010-06-15T00:00:00Z")}, 500);
        QVERIFY((buckets.step() == flow::TimeStep{Unit::Month, 1}));
        QCOMPARE(buckets.size(), std::size_t{40 * 12 + 6});
        QCOMPARE(buckets.begin(1), at("1970-02-01T00:00:00Z"));
        QCOMPARE(buckets.begin(2), at("1970-03-01T00:00:00Z"));
        const auto leapDay = buckets.of(at("2000-02-29T23:59:59Z")).value();
        QCOMPARE(buckets.begin(leapDay), at("2000-02-01T00:00:00Z"));
        QCOMPARE(buckets.end(leapDay), at("2000-03-01T00:00:00Z"));
    }

    void noCaptureNeedsMoreThanWasAskedFor_data()
    {
        constexpr auto end = std::numeric_limits<base::Nanoseconds>::max();
        QTest::addColumn<qint64>("first");
        QTest::addColumn<qint64>("last");
        QTest::newRow("all that 64 bits can say") << std::numeric_limits<qint64>::min() << qint64{end};
        QTest::newRow("three centuries") << qint64{0} << qint64{end};
        QTest::newRow("the last moment") << qint64{end} << qint64{end};
        QTest::newRow("seventy years") << qint64{0} << qint64{at("2040-01-01T00:00:00Z")};
        QTest::newRow("before 1970") << qint64{-5'000'000'000} << qint64{5'000'000'000};
        QTest::newRow("backwards") << qint64{10} << qint64{-10};
    }
    void noCaptureNeedsMoreThanWasAskedFor()
    {
        QFETCH(qint64, first);
        QFETCH(qint64, last);
        for (const std::size_t most : {0U, 2U, 7U, 300U}) {
            const auto buckets = TimeBuckets::over({first, last}, most);
            QVERIFY(!buckets.empty());
            QVERIFY(buckets.size() <= std::max<std::size_t>(most, 7));
            QVERIFY(buckets.begin(0) <= first);
            QVERIFY(buckets.of(first).has_value());
            if (last != std::numeric_limits<qint64>::max() && last >= first)
                QVERIFY(buckets.of(last).has_value());
        }
    }
};

QTEST_APPLESS_MAIN(TimeBucketsTest)
#include "time_buckets_test.moc"
