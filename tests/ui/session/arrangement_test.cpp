// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "tests/ui/support/workbench.h"

#include <algorithm>
#include <numeric>

using namespace flowscent;
using ui::FlowColumn;
using Rows = std::vector<std::uint32_t>;

namespace {

Rows arranged(const ui::ArrangeInput& input, std::vector<ui::SortBy> order, std::string_view filter = {})
{
    ui::Arrangement arrangement{.order = std::move(order)};
    if (!filter.empty())
        arrangement.filter = *hunt::Filter::parse(filter);
    return ui::arrange(input, arrangement, {}).value();
}

} // namespace

/// Which flows are shown, and in what order.
class ArrangementTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tiesKeepTheOrderOfFirstPacketsEitherWay()
    {
        // Durations are 0, 1, ... 9 seconds and again from 0.
        const ui::ArrangeInput input{.table = test::madeTable(23)};
        const Rows up = arranged(input, {{FlowColumn::Duration, false}});
        QCOMPARE(Rows(up.begin(), up.begin() + 4), (Rows{0, 10, 20, 1}));
        const Rows down = arranged(input, {{FlowColumn::Duration, true}});
        QCOMPARE(Rows(down.begin(), down.begin() + 3), (Rows{9, 19, 8}));
    }

    void theSecondColumnDecidesTiesOfTheFirst()
    {
        const ui::ArrangeInput input{.table = test::madeTable(23)};
        const Rows rows = arranged(input, {{FlowColumn::Duration, false}, {FlowColumn::Start, true}});
        QCOMPARE(Rows(rows.begin(), rows.begin() + 4), (Rows{20, 10, 0, 21}));
    }

    void unscoredFlowsComeLastWhicheverWayScoresAreSorted()
    {
        const ui::ArrangeInput input{.table = test::madeTable(4),
                                     .scores = test::madeScores({0.2F, ui::unscored, 0.9F, 0.4F})};
        QCOMPARE(arranged(input, {{FlowColumn::Score, true}}), (Rows{2, 3, 0, 1}));
        QCOMPARE(arranged(input, {{FlowColumn::Score, false}}), (Rows{0, 3, 2, 1}));
    }

    void textsAreSortedByAlphabetAndFlowsWithoutOneComeLast()
    {
        auto names = std::make_shared<identify::Names>();
        auto table = std::make_shared<flow::FlowTable>(names);
        for (const char* host : {"zulu.example", "", "alpha.example", "mike.example"}) {
            flow::FlowRecord record = test::madeFlow(0);
            record.identity.host = names->add(host);
            table->append(record);
        }
        const ui::ArrangeInput input{.table = table};
        QCOMPARE(arranged(input, {{FlowColumn::Host, false}}), (Rows{2, 3, 0, 1}));
        QCOMPARE(arranged(input, {{FlowColumn::Host, true}}), (Rows{0, 3, 2, 1}));
    }

    void addressesAreSortedByValueIpv4First()
    {
        auto table = std::make_shared<flow::FlowTable>();
        for (const char* address :
             {"fe80::2", "10.0.0.10", "2001:db8::1:0", "9.255.0.1", "2001:db8::ffff", "10.0.0.9"}) {
            flow::FlowRecord record = test::madeFlow(0);
            record.key.client.address = *packet::parseAddress(address);
            table->append(record);
        }
        const ui::ArrangeInput input{.table = table};
        QCOMPARE(arranged(input, {{FlowColumn::Source, false}}), (Rows{3, 5, 1, 4, 2, 0}));
        QCOMPARE(arranged(input, {{FlowColumn::Source, true}}), (Rows{0, 2, 4, 1, 5, 3}));
    }

    void flowsWithoutAGapOrAVlanComeLastEitherWay()
    {
        auto table = std::make_shared<flow::FlowTable>();
        const auto add = [&](std::int64_t gap, std::uint16_t vlan) {
            flow::FlowRecord record = test::madeFlow(0);
            record.vlan = vlan;
            record.observations.resize(gap == 0 ? 1 : 2);
            if (gap != 0)
                record.observations[1].sinceStart = gap;
            record.statistics = {};
            record.statistics.packets = {record.observations.size(), 0};
            if (gap != 0)
                record.statistics.allGaps.add(static_cast<double>(gap) / 1e9);
            table->append(record);
        };
        add(3'000'000'000, 0);
        add(0, 7);
        add(1'000'000'000, 3);
        const ui::ArrangeInput input{.table = table};
        QCOMPARE(arranged(input, {{FlowColumn::GapMean, false}}), (Rows{2, 0, 1}));
        QCOMPARE(arranged(input, {{FlowColumn::GapMean, true}}), (Rows{0, 2, 1}));
        QCOMPARE(arranged(input, {{FlowColumn::Vlan, false}}), (Rows{2, 1, 0}));
        QCOMPARE(arranged(input, {{FlowColumn::Vlan, true}}), (Rows{1, 2, 0}));
    }

    void everyColumnSortsBothWaysAndLosesNoFlow()
    {
        const ui::ArrangeInput input{.table = test::madeTable(100), .scores = test::madeScores(std::vector(100, 0.5F))};
        for (std::size_t i = 0; i < ui::flowColumns; ++i) {
            for (const bool descending : {false, true}) {
                Rows rows = arranged(input, {{static_cast<FlowColumn>(i), descending}});
                std::ranges::sort(rows);
                Rows all(100);
                std::iota(all.begin(), all.end(), 0U);
                QCOMPARE(rows, all);
            }
        }
    }

    void verdictsAreSortedByWhatIsSaidUnderTheBudget()
    {
        auto judgements = std::make_shared<ui::Judgements>();
        const auto scores = test::madeScores({0.9F, 0.6F, 0.2F, ui::unscored});
        judgements->scores = scores;
        using detect::Judgement;
        judgements->verdicts = {static_cast<std::uint8_t>(Judgement::Threat),
                                static_cast<std::uint8_t>(Judgement::Normal),
                                static_cast<std::uint8_t>(Judgement::Unsure), ui::Judgements::none};
        judgements->doubts.assign(4, 0);
        const ui::ArrangeInput input{.table = test::madeTable(4), .scores = scores, .judgements = judgements};
        QCOMPARE(arranged(input, {{FlowColumn::Verdict, true}}), (Rows{0, 2, 1, 3}));
        QCOMPARE(arranged(input, {{FlowColumn::Verdict, false}}), (Rows{1, 2, 0, 3}));
    }

    void filtersBeforeItSorts()
    {
        // Every fifth made flow is udp.
        const ui::ArrangeInput input{.table = test::madeTable(20)};
        QCOMPARE(arranged(input, {{FlowColumn::Start, true}}, "udp"), (Rows{19, 14, 9, 4}));
    }

    void labelledFlowsComeFirstThreatsBeforeAll()
    {
        ui::ArrangeInput input{.table = test::madeTable(5)};
        input.support.set(flow::FlowId(1), hunt::Label::NotThreat);
        input.support.set(flow::FlowId(4), hunt::Label::Threat);
        QCOMPARE(arranged(input, {{FlowColumn::Label, false}}), (Rows{4, 1, 0, 2, 3}));
    }

    void answersNothingWhenStopped()
    {
        std::stop_source source;
        source.request_stop();
        const ui::ArrangeInput input{.table = test::madeTable(5)};
        QVERIFY(!ui::arrange(input, {}, source.get_token()));
    }

    void theLatestOfManyRequestsAnswers()
    {
        ui::Session session;
        session.open({test::sampleCapture()});
        QTRY_VERIFY_WITH_TIMEOUT(session.table() && !session.reading(), 30000);
        QSignalSpy answers(&session, &ui::Session::arranged);
        for (int i = 0; i < 50; ++i)
            session.arrange({.order = {{FlowColumn::Duration, i % 2 == 0}}});
        session.arrange({.order = {{FlowColumn::Start, true}}});
        QCOMPARE(answers.count(), 0); // nothing is sorted on this thread
        QTRY_VERIFY(!answers.isEmpty());
        QTest::qWait(100);
        QCOMPARE(answers.count(), 1);
        const auto last = answers.back().front().value<std::shared_ptr<const ui::Arranged>>();
        QVERIFY(last->arrangement.order.front() == (ui::SortBy{FlowColumn::Start, true}));
        QCOMPARE(last->rows.size(), session.table()->size());
        QVERIFY(std::ranges::is_sorted(last->rows, std::greater<>{},
                                       [&](std::uint32_t row) { return last->table->start[row]; }));
    }

    void filtersAskForWhatTheHunterHasSaid()
    {
        hunt::Marks marks;
        marks.setThreats({{"Beacon-A", "Scan"}, 1});
        marks.set(flow::FlowId(2), {.label = hunt::Label::Threat, .threat = 1});
        marks.set(flow::FlowId(5), {.label = hunt::Label::Threat, .threat = 2});
        marks.set(flow::FlowId(7), {.bookmarked = true});
        marks.setNote(flow::FlowId(8), "seen on Monday");
        ui::ArrangeInput input;
        input.table = test::madeTable(12);
        QVERIFY(arranged(input, {}, "bookmark").empty());
        input.marks = std::make_shared<const hunt::Marks>(marks);
        input.support = marks.support();
        QCOMPARE(arranged(input, {}, "bookmark"), (Rows{7}));
        QCOMPARE(arranged(input, {}, "note contains monday"), (Rows{8}));
        QCOMPARE(arranged(input, {}, "threat == \"Beacon-A\""), (Rows{2}));
        QCOMPARE(arranged(input, {}, "threat == Scan"), (Rows{5}));
        QCOMPARE(arranged(input, {}, "threat"), (Rows{2, 5}));
    }
};

QTEST_MAIN(ArrangementTest)
#include "arrangement_test.moc"
