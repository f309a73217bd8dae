// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/store/label_file.h"
#include "tests/support/packet_builder.h"

#include <limits>

using namespace flowscent;

namespace {

constexpr base::Nanoseconds begin = 1'700'000'000'000'000'000;
constexpr base::Nanoseconds millisecond = 1'000'000;

flow::FlowTable tableOf(const std::vector<base::Nanoseconds>& starts)
{
    flow::FlowTable table;
    for (const base::Nanoseconds start : starts) {
        flow::FlowRecord record;
        record.key = {test::endpoint("10.0.0.1", 40'000), test::endpoint("10.0.0.2", 443), 6};
        record.start = record.last = start;
        table.append(record);
    }
    return table;
}

store::LabelRow rowAt(base::Nanoseconds start)
{
    return {test::endpoint("10.0.0.1", 40'000), test::endpoint("10.0.0.2", 443), 6, start, "beacon", 2};
}

/// The flow that the row was given to; -1 for none.
int matched(const flow::FlowTable& table, const store::LabelRow& row)
{
    const auto matches = store::matchLabels(table, {row});
    if (matches.matched.size() + matches.unmatched.size() != 1)
        return -2;
    return matches.matched.empty() ? -1 : static_cast<int>(matches.matched[0].flow.value);
}

} // namespace

class LabelMatchingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aFlowIsFoundByItsTupleAndStart()
    {
        const auto table = tableOf({begin, begin + 10 * millisecond, begin + 20 * millisecond});
        QCOMPARE(matched(table, rowAt(begin + 10 * millisecond)), 1);
    }

    void aFlowWithPacketsGoesBeforeTheSameFlowOfALog()
    {
        auto table = tableOf({begin, begin + 500, begin + 10 * millisecond});
        table.origin[0] = flow::Origin::ZeekLog; // its log has microseconds, so it may well start exactly there
        QCOMPARE(matched(table, rowAt(begin)), 1);
        table.origin[1] = table.origin[2] = flow::Origin::SuricataEve;
        QCOMPARE(matched(table, rowAt(begin)), 0);
    }

    void eitherDirectionWillDo()
    {
        store::LabelRow row = rowAt(begin);
        std::swap(row.source, row.destination);
        QCOMPARE(matched(tableOf({begin, begin + 10 * millisecond}), row), 0);
    }

    void oneMillisecondIsTheTolerance()
    {
        const auto table = tableOf({begin, begin + 1000 * millisecond});
        QCOMPARE(matched(table, rowAt(begin + millisecond)), 0);
        QCOMPARE(matched(table, rowAt(begin - millisecond)), 0);
        QCOMPARE(matched(table, rowAt(begin + millisecond + 1)), -1);
        QCOMPARE(matched(table, rowAt(begin - millisecond - 1)), -1);
    }

    void theNearestOfSeveralIsTaken()
    {
        const auto table = tableOf({begin, begin + millisecond / 2});
        QCOMPARE(matched(table, rowAt(begin + millisecond / 4 + 1)), 1);
        QCOMPARE(matched(table, rowAt(begin + millisecond / 4 - 1)), 0);
    }

    void theOnlyFlowOfATupleIsFoundWheneverItBegan()
    {
        QCOMPARE(matched(tableOf({begin}), rowAt(0)), 0);
        QCOMPARE(matched(tableOf({begin}), rowAt(std::numeric_limits<base::Nanoseconds>::max())), 0);
    }

    void anotherPortAddressOrProtocolIsAnotherFlow()
    {
        const auto table = tableOf({begin});
        store::LabelRow row = rowAt(begin);
        row.source.port = 40'001;
        QCOMPARE(matched(table, row), -1);
        row = rowAt(begin);
        row.destination = test::endpoint("10.0.0.3", 443);
        QCOMPARE(matched(table, row), -1);
        row = rowAt(begin);
        row.protocol = 17;
        QCOMPARE(matched(table, row), -1);
    }

    void everyRowIsAccountedFor()
    {
        const auto table = tableOf({begin, begin + 10 * millisecond});
        const auto matches = store::matchLabels(table, {rowAt(begin), rowAt(begin + 5 * millisecond), rowAt(begin)});
        QCOMPARE(matches.matched.size(), std::size_t(2));
        QVERIFY(matches.unmatched == std::vector<std::size_t>{1});
    }

    void anEmptyTableMatchesNothing()
    {
        QCOMPARE(matched({}, rowAt(begin)), -1);
        QVERIFY(store::matchLabels({}, {}).matched.empty());
    }
};

QTEST_GUILESS_MAIN(LabelMatchingTest)
#include "label_matching_test.moc"
