// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "tests/ui/support/made_flows.h"
#include "ui/models/judgement_text.h"
#include "ui/session/judgements.h"
#include "ui/session/scorer.h"

#include <algorithm>
#include <cmath>

using namespace flowscent;

/// Scores that rise with the row: 0, 1/n, 2/n ...
class JudgementsTest : public QObject {
    Q_OBJECT

    static std::shared_ptr<const ui::Scores> risingScores(std::uint32_t flows)
    {
        auto adaptation = std::make_shared<ui::Adaptation>();
        adaptation->table = test::madeTable(flows);
        adaptation->support.set(flow::FlowId(flows - 1), hunt::Label::Threat);
        adaptation->background = {flow::FlowId(0), flow::FlowId(1)};
        std::vector<float> values(flows);
        for (std::uint32_t row = 0; row < flows; ++row)
            values[row] = static_cast<float>(row) / static_cast<float>(flows);
        return std::make_shared<const ui::Scores>(ui::makeScores(std::move(values), true, std::move(adaptation)));
    }
    static std::shared_ptr<const flow::FlowSet> range(std::uint32_t from, std::uint32_t to)
    {
        flow::FlowSet set;
        for (std::uint32_t row = from; row < to; ++row)
            set.insert(flow::FlowId(row));
        return std::make_shared<const flow::FlowSet>(std::move(set));
    }

    static std::shared_ptr<const flow::FlowTable> oneInstant(std::uint32_t flows)
    {
        auto table = std::make_shared<flow::FlowTable>();
        for (std::uint32_t i = 0; i < flows; ++i) {
            auto record = test::madeFlow(i);
            record.last += test::madeFlow(0).start - record.start;
            record.start = test::madeFlow(0).start;
            table->append(record);
        }
        return table;
    }
    static std::uint32_t packetsOf(const flow::FlowTable& table, std::uint32_t row)
    {
        return static_cast<std::uint32_t>(table.packets[row][0] + table.packets[row][1]);
    }
    /// 6 000 flows, of which 5000 is a single packet. Some, and those that are marked, answer slowly and say little.
    static std::shared_ptr<const flow::FlowTable> withOddFlows()
    {
        auto table = std::make_shared<flow::FlowTable>();
        for (std::uint32_t i = 0; i < 6000; ++i) {
            auto record = test::madeFlow(i);
            if (i % 50 == 0 || i == 7 || i == 14) {
                for (auto& seen : record.observations) {
                    seen.sinceStart *= 600;
                    seen.payloadLength = 40;
                }
            }
            if (i == 5000) {
                record.statistics.packets = {1, 0};
                record.observations.resize(1);
            }
            table->append(record);
        }
        return table;
    }

private Q_SLOTS:
    void theLineLeavesWhatTheBudgetAllowsOfTheBaseline()
    {
        // 200 baseline flows of scores 100/400 .. 299/400: one in ten are 20.
        const auto judged = ui::judge(risingScores(400), {detect::AlarmBudget::oneIn(10), range(100, 300)}, {}).value();
        QVERIFY(judged.baseline.has_value());
        QCOMPARE(judged.baseline->size(), std::size_t(200));
        std::size_t above = 0;
        for (std::uint32_t row = 100; row < 300; ++row)
            above += judged.alarmed(flow::FlowId(row)) ? 1U : 0U;
        QVERIFY2(above >= 19 && above <= 20, QByteArray::number(qulonglong(above)));
        QCOMPARE(judged.alarms, above + 100);  // all of 300 .. 399 score higher
        QCOMPARE(judged.realised.alarms, 99U); // but the marked one
        QCOMPARE(judged.realised.flows, 400U - 200 - 1 - 2);
        // (1 + 100 as high or higher) / (1 + 200)
        QCOMPARE(judged.pValue(flow::FlowId(200)), 101.0 / 201.0);
    }

    void withoutABudgetTheDetectorsOwnLineHolds()
    {
        const auto judged = ui::judge(risingScores(400), {}, {}).value();
        QCOMPARE(judged.line.score, detect::alarmScore);
        QCOMPARE(judged.alarms, std::size_t(200));
        QVERIFY(judged.baseline->size() > 150 && judged.baseline->size() < 250); // half of 397
    }

    void aFlowThatIsMarkedOrLearntFromIsNoNormalTraffic()
    {
        const auto judged = ui::judge(risingScores(400), {std::nullopt, range(0, 400)}, {}).value();
        QCOMPARE(judged.baseline->size(), std::size_t(397));
        QCOMPARE(judged.realised.flows, 0U);
    }

    void fewFlowsMakeNoBaseline()
    {
        const auto judged = ui::judge(risingScores(30), {detect::AlarmBudget::oneIn(10), range(5, 10)}, {}).value();
        QVERIFY(!judged.baseline.has_value());
        QVERIFY(std::isnan(judged.pValue(flow::FlowId(3))));
        QCOMPARE(judged.line.score, detect::alarmScore);
    }

    void aBudgetThatCannotBeUsedLeavesTheOwnLineAndSaysWhy()
    {
        auto scores = risingScores(400);
        auto adaptation = std::make_shared<ui::Adaptation>(*scores->adaptation);
        adaptation->table = oneInstant(400); // nobody knows how many flows an hour has
        auto timeless = std::make_shared<ui::Scores>(*scores);
        timeless->adaptation = adaptation;
        const auto judged = ui::judge(timeless, {detect::AlarmBudget::perHour(5), nullptr}, {}).value();
        QCOMPARE(judged.line.score, detect::alarmScore);
        QVERIFY(judged.trouble.find("hour") != std::string::npos);
        QVERIFY(ui::baselineText(judged).contains(QStringLiteral("own line stands")));
        const auto few = ui::judge(risingScores(30), {detect::AlarmBudget::oneIn(10), range(5, 10)}, {}).value();
        QVERIFY(!few.trouble.empty());
    }

    /// By hand: 400 flows start a second apart, 399 s; half of them in the baseline is half of that time. At K an hour
    /// the share is K over the flows an hour of the capture, whatever part of it the baseline is.
    void aBudgetAnHourIsTheShareThatSoManyFlowsAre()
    {
        const double flowsPerHour = 400.0 / (399.0 / 3600.0);
        const auto judged =
            ui::judge(risingScores(400), {detect::AlarmBudget::perHour(361), range(100, 300)}, {}).value();
        QVERIFY2(judged.trouble.empty(), judged.trouble.c_str());
        // A baseline keeps its rate as it is stored, in single precision.
        QVERIFY2(std::abs(judged.line.asked - 361 / flowsPerHour) < 1e-8,
                 QByteArray::number(judged.line.asked - 361 / flowsPerHour));
        // 0.1000: with n = 200 the largest share below it that can be told is 20 of 201.
        QVERIFY(std::abs(judged.line.promised - 20.0 / 201.0) < 1e-12);
    }

    /// Counted beside the code under test, over chance scores and every budget that the control offers.
    void promisedAndSeenAreWhatOneCountsByHand()
    {
        constexpr std::uint32_t flows = 5000;
        auto adaptation = std::make_shared<ui::Adaptation>();
        adaptation->table = test::madeTable(flows);
        base::Rng rng(5);
        std::vector<float> values(flows);
        for (float& value : values)
            value = static_cast<float>(rng.uniform());
        const auto scores = std::make_shared<const ui::Scores>(ui::makeScores(values, true, std::move(adaptation)));
        for (const double n : {10.0, 100.0, 1000.0}) {
            const auto judged = ui::judge(scores, {detect::AlarmBudget::oneIn(n), range(0, 2000)}, {}).value();
            std::vector<float> baseline(values.begin(), values.begin() + 2000);
            std::ranges::sort(baseline, std::greater<>{});
            // p = (1 + k) / 2001 <= 1 / n: the k largest of the baseline may lie at or above the line
            const auto most = static_cast<std::size_t>(std::floor(2001.0 / n)) - 1;
            std::size_t alarms = 0;
            std::size_t unseen = 0;
            for (std::uint32_t row = 0; row < flows; ++row) {
                const bool alarm = values[row] > baseline[most];
                alarms += alarm ? 1 : 0;
                unseen += alarm && row >= 2000 ? 1 : 0;
                QCOMPARE(judged.alarmed(flow::FlowId(row)), alarm);
            }
            QCOMPARE(judged.alarms, alarms);
            QCOMPARE(judged.realised.flows, 3000U);
            QCOMPARE(judged.realised.alarms, std::uint64_t{unseen});
            QVERIFY(judged.realised.expected() <= 3000 / n);
            QCOMPARE(ui::promiseOf(judged), ui::Promise::Kept); // chance keeps it
        }
    }

    void aBrokenPromiseIsCalledBroken()
    {
        const auto judged = ui::judge(risingScores(400), {detect::AlarmBudget::oneIn(10), range(100, 300)}, {}).value();
        QCOMPARE(ui::promiseOf(judged), ui::Promise::Broken); // 99 of 197 where 19.6 were promised
        QVERIFY(ui::promiseText(judged).contains(QStringLiteral("seen 99")));
    }

    void theRankSaysHowManyFalseOnesAreToBeExpected()
    {
        const auto judged = ui::judge(risingScores(400), {detect::AlarmBudget::oneIn(10), range(100, 300)}, {}).value();
        // 400 flows of which 20 in 201 may lie above the line: 39.8
        QCOMPARE(ui::rankText(judged, flow::FlowId(397)),
                 QStringLiteral("rank 3 of 400; expect at most 40 false above this line"));
    }

    /// With the engine that ships: what is far from all that was seen, or too short, is no alarm however it scores.
    void whatIsUnlikeEverythingIsUnsure()
    {
        ui::Scorer scorer;
        ui::ScoreRequest asked{.table = withOddFlows()};
        for (const std::uint32_t example : {0U, 7U, 14U})
            asked.support.set(flow::FlowId(example), hunt::Label::Threat);
        for (std::uint32_t flow = 100; flow < 350; ++flow)
            asked.background.emplace_back(flow);
        std::shared_ptr<const ui::Scores> scores;
        const auto done = scorer.run(
            asked, [&](ui::Scores answer) { scores = std::make_shared<const ui::Scores>(std::move(answer)); }, {}, {});
        QVERIFY2(done, done ? "" : done.error().sentence().c_str());
        std::vector<ui::Judgements> told;
        QVERIFY(
            ui::judgeWithDoubts(scores, {}, {3, 4}, [&](ui::Judgements one) { told.push_back(std::move(one)); }, {}));
        QCOMPARE(told.size(), std::size_t(2)); // 6 000 flows: alarms and the screen first
        QVERIFY(!told[0].doubtsComplete && told[1].doubtsComplete);
        const ui::Judgements& judged = told[1];
        const flow::FlowId shortOne(5000);
        QCOMPARE(judged.verdicts[shortOne.value], static_cast<std::uint8_t>(detect::Judgement::Unsure));
        QCOMPARE(judged.doubts[shortOne.value], static_cast<std::uint8_t>(detect::Doubt::TooFewPackets));
        QVERIFY(judged.reason(shortOne).find("has 1 packet;") != std::string::npos);
        QVERIFY(ui::unsureText(judged).contains(ui::doubtText(detect::Doubt::TooFewPackets)));
        // Each alone, by the engine's own door, says the same as all in blocks on two threads.
        std::vector<std::uint32_t> all(judged.verdicts.size());
        for (std::uint32_t row = 0; row < all.size(); ++row)
            all[row] = row;
        std::size_t unsure = 0;
        for (std::uint32_t row = 0; row < all.size(); row += 37) {
            const std::uint32_t packets = row == shortOne.value ? 1U : packetsOf(*asked.table, row);
            const auto one =
                detect::judged(*judged.referee, scores->numbers->rows(std::span(&row, 1)), std::span(&packets, 1));
            QCOMPARE(judged.verdicts[row], static_cast<std::uint8_t>(one.front().judgement));
            QCOMPARE(judged.doubts[row], static_cast<std::uint8_t>(one.front().doubt));
            QCOMPARE(judged.reason(flow::FlowId(row)), one.front().reason);
        }
        for (const std::uint8_t verdict : judged.verdicts)
            unsure += verdict == static_cast<std::uint8_t>(detect::Judgement::Unsure) ? 1U : 0U;
        QCOMPARE(judged.unsure, unsure);
        QCOMPARE(judged.alarms + judged.unsure +
                     static_cast<std::size_t>(
                         std::ranges::count(judged.verdicts, static_cast<std::uint8_t>(detect::Judgement::Normal))),
                 judged.verdicts.size());
    }

    void stoppedJudgingTellsNothing()
    {
        std::stop_source stopped;
        stopped.request_stop();
        int told = 0;
        const auto end = ui::judgeWithDoubts(
            risingScores(400), {}, {}, [&](const ui::Judgements&) { ++told; }, stopped.get_token());
        QVERIFY(!end);
        QCOMPARE(end.error().code, base::Error::Code::Cancelled);
        QCOMPARE(told, 0);
    }
};

QTEST_GUILESS_MAIN(JudgementsTest)
#include "judgements_test.moc"
