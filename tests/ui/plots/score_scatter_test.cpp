// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "ui/plots/score_scatter.h"

using namespace flowscent;

class ScoreScatterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void anEmptyScatterHasNoPointAndCanBeDrawn()
    {
        ui::ScoreScatter scatter;
        scatter.resize(400, 300);
        scatter.setScores(nullptr, nullptr);
        scatter.setSelection(flow::FlowSet::ofRows(std::vector<std::uint32_t>{3}));
        QVERIFY(!scatter.grab().isNull());
        QCOMPARE(scatter.points(), std::size_t{0});
        QVERIFY(!scatter.positionOf(flow::FlowId(0)));
    }

    void aFlowWithoutBothScoresHasNoPoint()
    {
        ui::ScoreScatter scatter;
        scatter.resize(400, 300);
        scatter.setScores(test::madeScores({0.1F, ui::unscored, 0.3F, 0.9F}),
                          test::madeScores({0.1F, 0.2F, ui::unscored, 0.8F}));
        QCOMPARE(scatter.points(), std::size_t{2});
        QVERIFY(!scatter.positionOf(flow::FlowId(1)));
        QVERIFY(!scatter.positionOf(flow::FlowId(2)));
        QVERIFY(scatter.positionOf(flow::FlowId(3)));
    }

    void manyFlowsAtOnePointAreDrawnThere()
    {
        ui::ScoreScatter scatter;
        scatter.resize(400, 300);
        const std::vector<float> same(1000, 0.5F);
        scatter.setScores(test::madeScores(same), test::madeScores(same));
        QVERIFY(!scatter.grab().isNull());
        QVERIFY(scatter.positionOf(flow::FlowId(0)).has_value());
        QCOMPARE(scatter.positionOf(flow::FlowId(0)), scatter.positionOf(flow::FlowId(999)));
    }

    void aGoesUpAndBGoesRight()
    {
        ui::ScoreScatter scatter;
        scatter.resize(400, 300);
        scatter.setScores(test::madeScores({0.0F, 1.0F, 0.0F}), test::madeScores({0.0F, 0.0F, 1.0F}));
        (void)scatter.grab();
        const QPointF origin = *scatter.positionOf(flow::FlowId(0));
        QVERIFY(scatter.positionOf(flow::FlowId(1))->y() < origin.y() - 50);
        QVERIFY(scatter.positionOf(flow::FlowId(2))->x() > origin.x() + 50);
    }
};

QTEST_MAIN(ScoreScatterTest)
#include "score_scatter_test.moc"
