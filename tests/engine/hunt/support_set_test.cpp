// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/hunt/support_set.h"

#include <algorithm>
#include <set>

using namespace flowscent;
using flow::FlowId;
using hunt::Label;

class SupportSetTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aLabelReplacesTheOneBefore()
    {
        hunt::SupportSet support;
        QVERIFY(support.empty());
        support.set(FlowId(7), Label::Threat);
        support.set(FlowId(3), Label::Threat);
        support.set(FlowId(7), Label::NotThreat);
        QVERIFY(support.label(FlowId(7)) == Label::NotThreat);
        QVERIFY(support.label(FlowId(8)) == Label::None);
        QCOMPARE(support.count(Label::Threat), std::size_t(1));
        QVERIFY(support.with(Label::NotThreat) == std::vector{FlowId(7)});
    }

    void theLabelNoneRemoves()
    {
        hunt::SupportSet support;
        support.set(FlowId(7), Label::Threat);
        support.set(FlowId(7), Label::None);
        QVERIFY(support.empty());
        QVERIFY(support == hunt::SupportSet());
    }

    void flowsAreListedInAscendingOrder()
    {
        hunt::SupportSet support;
        for (const std::uint32_t row : {9U, 2U, 5U})
            support.set(FlowId(row), Label::Threat);
        QVERIFY((support.with(Label::Threat) == std::vector{FlowId(2), FlowId(5), FlowId(9)}));
    }

    void theBackgroundIsDistinctUnlabelledAndRepeatable()
    {
        hunt::SupportSet support;
        for (std::uint32_t row = 0; row < 50; ++row)
            support.set(FlowId(row), row % 3 == 0 ? Label::Threat : Label::Unsure);
        const auto drawn = hunt::drawBackground(200, support, 64, 5);
        QCOMPARE(drawn.size(), std::size_t(64));
        QVERIFY(std::ranges::is_sorted(drawn));
        QCOMPARE(std::set(drawn.begin(), drawn.end()).size(), std::size_t(64));
        QVERIFY(std::ranges::all_of(drawn, [](FlowId flow) { return flow.value >= 50 && flow.value < 200; }));
        QVERIFY(hunt::drawBackground(200, support, 64, 5) == drawn);
        QVERIFY(hunt::drawBackground(200, support, 64, 6) != drawn);
    }

    void oneMoreLabelMovesAtMostOneFlow()
    {
        hunt::SupportSet support;
        const auto before = hunt::drawBackground(1000, support, 64, 1);
        support.set(before[10], Label::NotThreat);
        const auto after = hunt::drawBackground(1000, support, 64, 1);
        std::vector<FlowId> kept;
        std::ranges::set_intersection(before, after, std::back_inserter(kept));
        QCOMPARE(after.size(), std::size_t(64));
        QCOMPARE(kept.size(), std::size_t(63));
    }

    void aSmallCaptureGivesWhatItHas()
    {
        hunt::SupportSet support;
        support.set(FlowId(1), Label::Threat);
        QVERIFY((hunt::drawBackground(3, support, 64, 1) == std::vector{FlowId(0), FlowId(2)}));
        QVERIFY(hunt::drawBackground(0, {}, 64, 1).empty());
        QVERIFY(hunt::drawBackground(10, {}, 0, 1).empty());
    }

    void rowsOfLogsNeverStandForTraffic()
    {
        flow::FlowTable table;
        for (std::uint32_t row = 0; row < 40; ++row) {
            flow::FlowRecord record;
            record.origin = row % 2 == 0 ? flow::Origin::ZeekLog : flow::Origin::Packets;
            table.append(record);
        }
        hunt::SupportSet support;
        support.set(FlowId(1), Label::Threat);
        support.set(FlowId(2), Label::Threat);
        const auto drawn = hunt::drawBackground(table, support, 64, 1);
        QCOMPARE(drawn.size(), std::size_t(19));
        QVERIFY(std::ranges::all_of(drawn, [](FlowId flow) { return flow.value % 2 == 1 && flow.value != 1; }));
        QCOMPARE(hunt::countWithoutPackets(table, support.with(Label::Threat)), std::size_t(1));
    }

    void aTableOfPacketsDrawsWhatItsSizeDraws()
    {
        flow::FlowTable table;
        for (int row = 0; row < 300; ++row)
            table.append(flow::FlowRecord{});
        QVERIFY(hunt::drawBackground(table, {}, 64, 5) == hunt::drawBackground(300, {}, 64, 5));
    }

    /// Each flow must be as likely as any other: chi-square over 20 flows and 2000 draws of 5; the 99.99 % quantile for
    /// 19 degrees of freedom is 50.8 (scipy.stats.chi2.ppf).
    void everyFlowIsEquallyLikely()
    {
        std::vector<double> times(20);
        for (std::uint64_t seed = 0; seed < 2000; ++seed) {
            for (const FlowId flow : hunt::drawBackground(20, {}, 5, seed))
                ++times[flow.value];
        }
        double chiSquare = 0;
        for (const double observed : times)
            chiSquare += (observed - 500) * (observed - 500) / 500;
        QVERIFY2(chiSquare < 50.8, std::to_string(chiSquare).c_str());
    }
};

QTEST_GUILESS_MAIN(SupportSetTest)
#include "support_set_test.moc"
