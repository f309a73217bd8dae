// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/flow/summary/timeline.h"
#include "tests/engine/flow/summary/made_rows.h"

using namespace flowscent;

namespace {

constexpr base::Nanoseconds second = base::nanosecondsPerSecond;

/// Four flows within ten seconds, the last of them long.
flow::FlowTable fourFlows()
{
    return test::tableOf({{.start = 0, .packets = {2, 1}, .bytes = {100, 50}},
                          {.protocol = 17, .start = 1 * second, .packets = {1, 1}, .bytes = {10, 20}},
                          {.start = 9 * second, .packets = {1, 0}, .bytes = {5, 0}},
                          {.protocol = 17, .start = 9 * second, .lasts = 100 * second, .bytes = {7, 0}}});
}

} // namespace

class TimelineTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void countsFlowsPacketsAndBytesByBucketAndGroup()
    {
        const auto table = fourFlows();
        const auto rows = test::allRows(table);
        const auto buckets = flow::TimeBuckets::over(flow::startsOf(table, rows).value(), 10);
        QCOMPARE(buckets.size(), std::size_t{10});
        const std::vector<std::uint8_t> groupOf{0, 1, 0, 9}; // 9: beyond the last group
        const auto line = flow::timeline(table, rows, buckets, groupOf, 2, {}).value();
        QVERIFY((line.at(0, 0) == flow::Amount{1, 3, 150}));
        QVERIFY((line.at(1, 1) == flow::Amount{1, 2, 30}));
        QVERIFY((line.at(9, 0) == flow::Amount{1, 1, 5}));
        QVERIFY((line.at(9, 1) == flow::Amount{1, 1, 7})); // a long flow counts where it begins
        QVERIFY((line.total(9) == flow::Amount{2, 2, 12}));
        QVERIFY((line.total(5) == flow::Amount{}));
    }

    void countsOnlyTheRowsAskedFor()
    {
        const auto table = fourFlows();
        const std::vector<std::uint32_t> rows{3, 1};
        const auto buckets = flow::TimeBuckets::over(flow::startsOf(table, rows).value(), 10);
        QCOMPARE(buckets.begin(0), second);
        const auto line = flow::timeline(table, test::allRows(table), buckets, {}, 1, {}).value();
        std::uint64_t flows = 0;
        for (std::size_t bucket = 0; bucket < buckets.size(); ++bucket)
            flows += line.total(bucket).flows;
        QCOMPARE(flows, std::uint64_t{3}); // the one before the first bucket is left out
    }

    void clocksThatNeverWereSetStandBesideThoseThatWere()
    {
        const base::Nanoseconds later = base::parseIso("2040-01-01T00:00:00Z").value();
        const auto table = test::tableOf({{.start = 0}, {.start = later}, {.start = later}});
        const auto rows = test::allRows(table);
        const auto buckets = flow::TimeBuckets::over(flow::startsOf(table, rows).value(), 300);
        QVERIFY(buckets.size() <= 300);
        const auto line = flow::timeline(table, rows, buckets, {}, 1, {}).value();
        QCOMPARE(line.total(0).flows, std::uint64_t{1});
        QCOMPARE(line.total(buckets.of(later).value()).flows, std::uint64_t{2});
    }

    void noFlowsAreNoSpanAndNoBars()
    {
        const flow::FlowTable table;
        QVERIFY(!flow::startsOf(table, {}));
        const auto line = flow::timeline(table, {}, {}, {}, 3, {}).value();
        QVERIFY(line.amounts.empty());
    }

    void stopsWhenAsked()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto table = fourFlows();
        const auto rows = test::allRows(table);
        const auto buckets = flow::TimeBuckets::over(flow::startsOf(table, rows).value(), 10);
        QVERIFY(!flow::timeline(table, rows, buckets, {}, 1, stop.get_token()));
    }
};

QTEST_APPLESS_MAIN(TimelineTest)
#include "timeline_test.moc"
