// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "ui/session/judgements.h"

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
};

QTEST_APPLESS_MAIN(JudgementsTest)
#include "judgements_test.moc"
