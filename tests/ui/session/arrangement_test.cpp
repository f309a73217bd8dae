// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "tests/ui/support/workbench.h"

#include <algorithm>

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
};

QTEST_MAIN(ArrangementTest)
#include "arrangement_test.moc"
