// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_table_model.h"

#include <numeric>

using namespace flowscent;
using ui::FlowColumn;
using ui::FlowTableModel;

namespace {

constexpr auto contractBroken = QAbstractItemModelTester::FailureReportingMode::QtTest;

QModelIndex cell(const FlowTableModel& model, int row, FlowColumn column)
{
    return model.index(row, static_cast<int>(column));
}

} // namespace

class FlowTableModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void showsFlowsInTheRowsItIsTold()
    {
        FlowTableModel model;
        const QAbstractItemModelTester contract(&model, contractBroken);
        QVERIFY(model.show(test::madeTable(10), {7, 2, 4}));
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(cell(model, 0, FlowColumn::Source).data(FlowTableModel::FlowRole).toUInt(), 7U);
        QCOMPARE(cell(model, 2, FlowColumn::DestinationPort).data().toString(), QStringLiteral("53"));
        QCOMPARE(cell(model, 1, FlowColumn::Source).data().toString(), QStringLiteral("10.0.0.3"));
        QCOMPARE(model.rowOf(flow::FlowId(4)), 2);
        QCOMPARE(model.rowOf(flow::FlowId(5)), -1);
    }

    void showsWhatAFlowIs()
    {
        auto names = std::make_shared<identify::Names>();
        auto table = std::make_shared<flow::FlowTable>(names);
        flow::FlowRecord record = test::madeFlow(0);
        record.identity = {.application = names->add("TLS.YouTube"),
                           .host = names->add("www.youtube.com"),
                           .confidence = identify::Confidence::Payload};
        table->append(record);
        record.identity = {.application = names->add("MySQL"), .confidence = identify::Confidence::Port};
        table->append(record);
        FlowTableModel model;
        const QAbstractItemModelTester contract(&model, contractBroken);
        model.show(table, {0, 1});
        QCOMPARE(cell(model, 0, FlowColumn::Application).data().toString(), QStringLiteral("TLS.YouTube"));
        QCOMPARE(cell(model, 0, FlowColumn::Host).data(Qt::ToolTipRole).toString(), QStringLiteral("www.youtube.com"));
        QCOMPARE(cell(model, 1, FlowColumn::Application).data().toString(), QStringLiteral("MySQL ?"));
        QCOMPARE(cell(model, 1, FlowColumn::Host).data().toString(), QString());
        model.show(test::madeTable(1), {0}); // flows that nobody has identified
        QCOMPARE(cell(model, 0, FlowColumn::Application).data().toString(), QString());
    }

    void rowsThatContinueAreInsertedAndOthersReset()
    {
        FlowTableModel model;
        const QAbstractItemModelTester contract(&model, contractBroken);
        const auto table = test::madeTable(10);
        model.show(table, {0, 1});
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        const QPersistentModelIndex second = model.index(1, 0);
        QVERIFY(!model.show(table, {0, 1, 2, 3}));
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(reset.count(), 0);
        QVERIFY(second.isValid());
        QVERIFY(model.show(table, {3, 2}));
        QCOMPARE(reset.count(), 1);
    }

    void newScoresTouchOnlyScoreColumnsAndMoveNoRow()
    {
        FlowTableModel model;
        const QAbstractItemModelTester contract(&model, contractBroken);
        model.show(test::madeTable(3), {2, 0, 1});
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.setScores(test::madeScores({0.25F, 0.875F, ui::unscored}));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toModelIndex().column(), static_cast<int>(FlowColumn::Verdict));
        QCOMPARE(changed[0][1].toModelIndex().column(), static_cast<int>(FlowColumn::Adaptation));
        QCOMPARE(model.flowAt(0), flow::FlowId(2));
        QCOMPARE(cell(model, 1, FlowColumn::Score).data(FlowTableModel::ScoreRole).toFloat(), 0.25F);
        QCOMPARE(cell(model, 2, FlowColumn::Score).data().toString(), QStringLiteral("0.875"));
    }

    void changesAreToldAtMostTenTimesASecondAndOfVisibleRowsAlone()
    {
        FlowTableModel model;
        model.show(test::madeTable(1000), [] {
            std::vector<std::uint32_t> rows(1000);
            std::iota(rows.begin(), rows.end(), 0U);
            return rows;
        }());
        model.setVisibleRows(10, 30);
        QTest::qWait(150); // what was told before is over
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        for (int i = 0; i < 50; ++i)
            model.setScores(test::madeScores(std::vector(1000, 0.01F * static_cast<float>(i))));
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toModelIndex().row(), 10);
        QCOMPARE(changed[0][1].toModelIndex().row(), 30);
        QTRY_COMPARE(changed.count(), 2); // the rest, together
        QCOMPARE(cell(model, 500, FlowColumn::Score).data().toString(), QStringLiteral("0.490"));
    }

    void verdictsComeFromTheBudgetOnceThereAreJudgements()
    {
        FlowTableModel model;
        const QAbstractItemModelTester contract(&model, contractBroken);
        model.show(test::madeTable(3), {0, 1, 2});
        const auto scores = test::madeScores({0.9F, 0.6F, ui::unscored});
        model.setScores(scores);
        const auto verdict = [&](int row) { return cell(model, row, FlowColumn::Verdict).data().toString(); };
        QCOMPARE(verdict(1), QStringLiteral("threat")); // by the detector's own line
        auto judgements = std::make_shared<ui::Judgements>();
        judgements->scores = scores;
        judgements->verdicts = {static_cast<std::uint8_t>(detect::Judgement::Threat),
                                static_cast<std::uint8_t>(detect::Judgement::Unsure), ui::Judgements::none};
        judgements->doubts = {0, static_cast<std::uint8_t>(detect::Doubt::TooFewPackets), 0};
        model.setJudgements(judgements);
        QCOMPARE(verdict(0), QStringLiteral("threat"));
        QCOMPARE(verdict(1), QStringLiteral("unsure"));
        QVERIFY(
            cell(model, 1, FlowColumn::Verdict).data(Qt::ToolTipRole).toString().contains(QStringLiteral("too few")));
        QCOMPARE(verdict(2), QStringLiteral("–"));
        model.setScores(test::madeScores({0.1F, 0.2F, ui::unscored}, 2)); // those judgements are of other scores
        QCOMPARE(verdict(0), QStringLiteral("normal"));
    }

    void headingsSayWhatRowsAreSortedBy()
    {
        FlowTableModel model;
        const auto heading = [&](FlowColumn column, int role = Qt::DisplayRole) {
            return model.headerData(static_cast<int>(column), Qt::Horizontal, role).toString();
        };
        model.setOrder({{FlowColumn::Duration, true}});
        QCOMPARE(heading(FlowColumn::Duration), QStringLiteral("Duration ▼"));
        model.setOrder({{FlowColumn::State, false}, {FlowColumn::Duration, true}});
        QCOMPARE(heading(FlowColumn::State), QStringLiteral("State ▲1"));
        QCOMPARE(heading(FlowColumn::Duration), QStringLiteral("Duration ▼2"));
        QCOMPARE(heading(FlowColumn::Duration, Qt::AccessibleTextRole),
                 QStringLiteral("Duration, sorted descending, place 2 of the order"));
        QCOMPARE(heading(FlowColumn::Start), QStringLiteral("Start"));
    }

    void chosenRowsSaySoToScreenReaders()
    {
        FlowTableModel model;
        ui::FlowSelection selection;
        model.show(test::madeTable(3), {2, 1, 0});
        model.setSelection(&selection);
        selection.select(std::vector{flow::FlowId(1)});
        QCOMPARE(cell(model, 1, FlowColumn::Start).data(Qt::AccessibleDescriptionRole).toString(),
                 QStringLiteral("chosen"));
        QVERIFY(cell(model, 0, FlowColumn::Start).data(Qt::AccessibleDescriptionRole).toString().isEmpty());
        QVERIFY(cell(model, 1, FlowColumn::Start).data(FlowTableModel::ChosenRole).toBool());
    }

    void everyCellHasATextAndATipWhateverIsKnown()
    {
        FlowTableModel model;
        const QAbstractItemModelTester contract(&model, contractBroken);
        auto names = std::make_shared<identify::Names>();
        auto table = std::make_shared<flow::FlowTable>(names);
        flow::FlowRecord record = test::madeFlow(0);
        record.identity.host = names->add(std::string(400, 'a'));
        record.origin = flow::Origin::ZeekLog;
        record.observations.clear();
        table->append(record);
        model.show(table, {0});
        for (int column = 0; column < model.columnCount(); ++column) {
            const QModelIndex index = model.index(0, column);
            QVERIFY(!index.data(Qt::AccessibleTextRole).toString().isEmpty());
            QVERIFY(index.data(Qt::ToolTipRole).isValid());
        }
        QCOMPARE(cell(model, 0, FlowColumn::Host).data(Qt::ToolTipRole).toString().size(), 400);
    }

    void unscoredFlowsHaveNeitherScoreNorVerdict()
    {
        FlowTableModel model;
        model.show(test::madeTable(2), {0, 1});
        model.setScores(test::madeScores({ui::unscored, 1.0F}));
        QVERIFY(!cell(model, 0, FlowColumn::Score).data(FlowTableModel::ScoreRole).isValid());
        QVERIFY(!cell(model, 0, FlowColumn::Score).data(FlowTableModel::VerdictRole).isValid());
        QVERIFY(cell(model, 0, FlowColumn::Score).data().toString().isEmpty());
        QCOMPARE(cell(model, 1, FlowColumn::Score).data(FlowTableModel::VerdictRole).toInt(),
                 static_cast<int>(detect::Judgement::Threat));
    }

    void labelsFollowTheFlowNotTheRow()
    {
        FlowTableModel model;
        const QAbstractItemModelTester contract(&model, contractBroken);
        const auto table = test::madeTable(4);
        model.show(table, {0, 1, 2, 3});
        hunt::SupportSet support;
        support.set(flow::FlowId(3), hunt::Label::Threat);
        model.setSupport(support);
        model.show(table, {3, 1});
        const auto label = [&](int row) {
            return static_cast<hunt::Label>(
                cell(model, row, FlowColumn::Label).data(FlowTableModel::LabelRole).toInt());
        };
        QVERIFY(label(0) == hunt::Label::Threat);
        QVERIFY(label(1) == hunt::Label::None);
        QCOMPARE(cell(model, 0, FlowColumn::Label).data().toString(), QStringLiteral("threat"));
    }

    void packetsFromTheDestinationPointDownInTheShape()
    {
        FlowTableModel model;
        model.show(test::madeTable(1), {0});
        const auto sizes = cell(model, 0, FlowColumn::Shape).data(FlowTableModel::ShapeRole).value<QList<int>>();
        QCOMPARE(sizes, (QList<int>{0, -71, 142, -213, 284, -355}));
    }
};

QTEST_GUILESS_MAIN(FlowTableModelTest)
#include "flow_table_model_test.moc"
