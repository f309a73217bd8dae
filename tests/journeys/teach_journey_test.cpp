// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/workbench.h"
#include "ui/models/flow_table_model.h"
#include "ui/window/theme.h"

#include <QAction>
#include <QElapsedTimer>
#include <QLabel>
#include <QListView>
#include <QPushButton>
#include <QTableView>

#include <set>

using namespace flowscent;
using test::Workbench;

/// Teaching a new threat: four rows, one key, and the siblings are on top.
class TeachJourneyTest : public QObject {
    Q_OBJECT

    static void choose(QTableView& table, const std::vector<flow::FlowId>& flows)
    {
        for (std::size_t i = 0; i < flows.size(); ++i) {
            const QModelIndex index =
                table.model()->index(static_cast<int>(flows[i].value), static_cast<int>(ui::FlowColumn::Source));
            table.scrollTo(index);
            QTest::mouseClick(table.viewport(), Qt::LeftButton, i == 0 ? Qt::NoModifier : Qt::ControlModifier,
                              table.visualRect(index).center());
        }
    }

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }

    void fourRowsAreEnough()
    {
        ui::applyTheme(ui::Theme::Light);
        Workbench bench;
        bench.window.resize(1280, 800);
        QVERIFY(bench.open({test::sampleCapture()}));
        auto& table = bench.widget<QTableView>("flowTable");
        QTRY_COMPARE(table.model()->rowCount(), static_cast<int>(bench.session.table()->size()));
        QTRY_VERIFY_WITH_TIMEOUT(bench.session.numbers(), 60000);
        test::keepPicture(bench.window, QStringLiteral("teach-empty-light-1280"));

        const auto beacon = test::sampleBeacon(*bench.session.table());
        choose(table, {beacon[0], beacon[1], beacon[2], beacon[3]});
        table.setFocus();
        QElapsedTimer clock;
        clock.start();
        QTest::keyClick(&table, Qt::Key_M);
        QCOMPARE(bench.widget<QListView>("threatList").model()->rowCount(), 4);
        QVERIFY(bench.widget<QAction>("undoAction").isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(bench.session.scores() != nullptr, 10000);
        const auto first = clock.elapsed();
        QVERIFY(bench.waitForScores());
        qInfo("first scores after %lld ms, all after %lld ms", first, clock.elapsed());

        // Which adaptation it is, how old, and what stands for normal traffic.
        auto& age = bench.widget<QLabel>("adaptedText");
        QVERIFY2(age.text().startsWith(QStringLiteral("a%1 · ").arg(bench.session.scores()->revision())),
                 qPrintable(age.text()));
        QVERIFY(bench.widget<QLabel>("backgroundText").text().contains(QStringLiteral("random unlabelled flows")));
        QTest::keyClick(&table, Qt::Key_S);
        const std::set<flow::FlowId> siblings(beacon.begin(), beacon.end());
        const auto hits = [&] {
            int found = 0;
            for (int row = 0; row < 20; ++row)
                found += siblings.contains(
                             flow::FlowId(table.model()->index(row, 0).data(ui::FlowTableModel::FlowRole).toUInt()))
                             ? 1
                             : 0;
            return found;
        };
        QTRY_VERIFY(hits() >= 18);
        test::keepPicture(bench.window, QStringLiteral("teach-light-1280"));
        bench.window.resize(1920, 1080);
        test::keepPicture(bench.window, QStringLiteral("teach-light-1920"));
    }

    /// However labels and scores cross on their way: once a label is given, no complete scores of other labels pass for
    /// current, and none of an older adaptation come after a newer one's.
    void staleScoresAreNeverTakenForNew()
    {
        Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        QTRY_VERIFY_WITH_TIMEOUT(bench.session.numbers(), 60000);
        const auto beacon = test::sampleBeacon(*bench.session.table());
        std::uint64_t latest = 0;
        int late = 0;
        int mistaken = 0;
        connect(&bench.session, &ui::Session::scoresChanged, this, [&] {
            const auto scores = bench.session.scores();
            if (!scores)
                return;
            late += scores->revision() < latest ? 1 : 0;
            latest = scores->revision();
            mistaken +=
                bench.session.scoresCurrent() && !(scores->support() == bench.session.labels().support()) ? 1 : 0;
        });
        for (std::size_t i = 0; i < 30; ++i) {
            bench.session.assign({beacon[i % beacon.size()]}, i % 4 == 3 ? hunt::Label::None : hunt::Label::Threat);
            QTest::qWait(static_cast<int>(i * 7 % 60)); // some are overtaken at once, some have begun, some are done
        }
        QVERIFY(bench.waitForScores());
        QCOMPARE(late, 0);
        QCOMPARE(mistaken, 0);
        QVERIFY(bench.session.scores()->support() == bench.session.labels().support());
        const auto settled = bench.session.scores();
        QTest::qWait(300);
        QCOMPARE(bench.session.scores(), settled); // nothing comes after
    }

    void looksRightInTheDark()
    {
        ui::applyTheme(ui::Theme::Dark);
        Workbench bench;
        bench.session.setAdapting(ui::Adapting::Manual);
        bench.window.resize(1920, 1080);
        QVERIFY(bench.open({test::sampleCapture()}));
        const auto beacon = test::sampleBeacon(*bench.session.table());
        bench.session.assign({beacon[0], beacon[1], beacon[2], beacon[3]}, hunt::Label::Threat);
        bench.session.adapt();
        QVERIFY(bench.waitForScores());
        bench.session.assign({beacon[4]}, hunt::Label::Unsure);
        bench.session.book().assignThreat({flow::FlowId(7), flow::FlowId(9)}, 2);
        bench.widget<QAction>("byScoreAction").trigger();
        auto& table = bench.widget<QTableView>("flowTable");
        QTRY_VERIFY(table.model()->rowCount() > 0);
        QVERIFY(bench.widget<QLabel>("staleText").text().contains(QStringLiteral("older than the labels")));
        for (const QSize size : {QSize(1920, 1080), QSize(1280, 800)}) {
            bench.window.resize(size);
            QTest::qWait(100);
            for (QPushButton* button : bench.window.findChildren<QPushButton*>()) {
                if (button->isVisible())
                    QVERIFY2(button->width() >= button->minimumSizeHint().width(), qPrintable(button->text()));
            }
            test::keepPicture(bench.window, QStringLiteral("teach-stale-dark-%1").arg(size.width()));
        }
        ui::applyTheme(ui::Theme::Light);
    }
};

QTEST_MAIN(TeachJourneyTest)
#include "teach_journey_test.moc"
