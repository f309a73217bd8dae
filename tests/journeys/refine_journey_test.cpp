// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/store/journal/journal.h"
#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/panels/question_bar.h"
#include "ui/panels/support_panel.h"
#include "ui/session/journal_desk.h"
#include "ui/session/suggester.h"
#include "ui/window/theme.h"

#include <QAction>
#include <QLabel>
#include <QPushButton>
#include <QTableView>

#include <set>

using namespace flowscent;
using test::Workbench;

/// Refining what was taught: counter-examples, suggestions, back and forth, and everything in the journal.
class RefineJourneyTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    void initTestCase()
    {
        test::useOwnSettings();
        ui::applyTheme(ui::Theme::Light);
    }

    void undoingThreeTimesGivesTheSameScoresToTheBit()
    {
        Workbench bench;
        bench.window.resize(1280, 800);
        const std::filesystem::path file = m_folder.filePath(QStringLiteral("journal.db")).toStdString();
        ui::JournalDesk desk(bench.session, file);
        bench.window.tellOf(desk);
        QVERIFY(bench.open({test::sampleCapture()}));
        auto& table = bench.widget<QTableView>("flowTable");
        QTRY_COMPARE(table.model()->rowCount(), static_cast<int>(bench.session.table()->size()));
        const auto beacon = test::sampleBeacon(*bench.session.table());
        QVERIFY(bench.mark({beacon[0], beacon[1], beacon[2]}, hunt::Label::Threat));
        std::vector<std::vector<float>> scores{bench.session.scores()->values};
        table.setFocus();
        for (const int row : {11, 12, 13}) {
            bench.choose(row);
            QTest::keyClick(&table, Qt::Key_X);
            QVERIFY(bench.waitForScores());
            scores.push_back(bench.session.scores()->values);
        }
        for (int step = 3; step > 0; --step) {
            QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier);
            QVERIFY(bench.waitForScores());
            QVERIFY(bench.session.scores()->values == scores[static_cast<std::size_t>(step - 1)]);
        }
        for (std::size_t step = 1; step <= 3; ++step) {
            QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
            QVERIFY(bench.waitForScores());
            QVERIFY(bench.session.scores()->values == scores[step]);
        }

        // The journal has each act with who, when and why, and what came of it.
        QTRY_VERIFY(desk.settled());
        auto journal = store::Journal::open(file);
        QVERIFY(journal);
        const auto print = store::capturePrint({test::sampleCapture().toStdString()});
        const auto found = journal->read(*print, *bench.session.table());
        QCOMPARE(found->acts.size(), std::size_t(4));
        for (const hunt::LabelAct& act : found->acts) {
            QVERIFY(!act.context.user.empty() && act.context.time > 1'600'000'000LL * base::nanosecondsPerSecond);
            QVERIFY(act.kind == hunt::ActKind::Label && !act.marks.empty());
        }
        QVERIFY(found->acts.back().context.revision > 0);
    }

    void suggestionsComeWithAReasonAndNeverTwice()
    {
        Workbench bench;
        bench.window.resize(1280, 800);
        QVERIFY(bench.open({test::sampleCapture()}));
        auto& table = bench.widget<QTableView>("flowTable");
        QTRY_COMPARE(table.model()->rowCount(), static_cast<int>(bench.session.table()->size()));
        const auto beacon = test::sampleBeacon(*bench.session.table());
        QVERIFY(bench.mark({beacon[0], beacon[1], beacon[2]}, hunt::Label::Threat));
        table.setFocus();
        ui::Suggester& suggester = bench.widget<ui::SupportPanel>("supportPanel").suggester();
        std::set<flow::FlowId> asked;
        for (int i = 0; i < 6; ++i) {
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_N); // in the table, and in the box after a click there
            QTRY_VERIFY(suggester.state() == ui::Suggester::State::Shown);
            const auto flow = suggester.suggestion()->flow;
            QVERIFY(asked.insert(flow).second);
            QVERIFY(bench.window.selection().current() == flow);
            QVERIFY(bench.window.selection().contains(flow));
            auto& reason = bench.widget<QLabel>("suggestionReason");
            QVERIFY(reason.isVisible() && !reason.text().isEmpty());
            // In the table, where it can be seen.
            const QModelIndex shown = table.currentIndex();
            QVERIFY(table.viewport()->rect().intersects(table.visualRect(shown)));
            if (i == 3)
                test::keepPicture(bench.window, QStringLiteral("suggestion-light-1280"));
            if (i % 2 == 0)
                QTest::mouseClick(&bench.widget<QPushButton>("suggestionNotThreat"), Qt::LeftButton);
        }
    }

    void labelsAreThereAfterTheProgramHasEndedAndCanBeForgotten()
    {
        const std::filesystem::path file = m_folder.filePath(QStringLiteral("restored.db")).toStdString();
        {
            ui::Session session;
            session.setAdapting(ui::Adapting::Paused);
            ui::JournalDesk desk(session, file);
            session.open({test::sampleCapture()});
            QTRY_VERIFY_WITH_TIMEOUT(session.table() && !session.reading(), 30000);
            std::vector<flow::FlowId> flows;
            for (std::uint32_t row = 0; row < 20; ++row)
                flows.emplace_back(row);
            session.assign(flows, hunt::Label::NotThreat);
            QTRY_VERIFY(desk.settled());
        }
        Workbench bench;
        bench.session.setAdapting(ui::Adapting::Manual);
        ui::JournalDesk desk(bench.session, file);
        bench.window.tellOf(desk);
        bench.window.resize(1280, 800);
        QVERIFY(bench.open({test::sampleCapture()}));
        auto& bar = bench.widget<ui::QuestionBar>("restored");
        QTRY_VERIFY(bar.isVisible());
        QVERIFY2(bar.question().startsWith(QStringLiteral("20 labels of ")), qPrintable(bar.question()));
        QCOMPARE(bench.session.labels().support().count(hunt::Label::NotThreat), std::size_t(20));
        test::keepPicture(bench.window, QStringLiteral("restored-light-1280"));
        QTest::mouseClick(&bench.widget<QPushButton>("forgetRestored"), Qt::LeftButton);
        QVERIFY(bench.session.labels().support().empty());
        bench.widget<QAction>("undoAction").trigger(); // even that
        QCOMPARE(bench.session.labels().support().count(hunt::Label::NotThreat), std::size_t(20));
    }

    void aBulkLabelAsksWithTheCount()
    {
        ui::applyTheme(ui::Theme::Dark);
        Workbench bench;
        bench.session.setAdapting(ui::Adapting::Manual);
        bench.window.resize(1280, 800);
        QVERIFY(bench.open({test::sampleCapture()}));
        auto& table = bench.widget<QTableView>("flowTable");
        const int all = static_cast<int>(bench.session.table()->size());
        QTRY_COMPARE(table.model()->rowCount(), all);
        QVERIFY(all > 1000);
        table.setFocus();
        QTest::keyClick(&table, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(&table, Qt::Key_X);
        auto& question = bench.widget<ui::QuestionBar>("question");
        QVERIFY(question.isVisible());
        QVERIFY(bench.session.labels().support().empty());
        QString digits = question.question();
        digits.remove(QRegularExpression(QStringLiteral("\\D")));
        QCOMPARE(digits.toInt(), all);
        test::keepPicture(bench.window, QStringLiteral("question-dark-1280"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        QCOMPARE(bench.session.labels().support().count(hunt::Label::NotThreat), static_cast<std::size_t>(all));
        ui::applyTheme(ui::Theme::Light);
    }
};

QTEST_MAIN(RefineJourneyTest)
#include "refine_journey_test.moc"
