// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/workbench.h"
#include "ui/session/flow_column.h"

#include "ui/models/flow_text.h"
#include "ui/panels/labeller.h"
#include "ui/panels/question_bar.h"
#include "ui/panels/toast.h"

#include <QApplication>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTableView>

using namespace flowscent;
using test::Workbench;

namespace {

/// Whether a library of LibTorch is mapped into this process.
bool torchLoaded()
{
    QFile maps(QStringLiteral("/proc/self/maps"));
    return maps.open(QIODevice::ReadOnly) && maps.readAll().contains("libtorch");
}

/// The sample in a window that labels and does not adapt, the flow table with the focus.
struct Labelling : Workbench {
    QTableView& table = widget<QTableView>("flowTable");

    Labelling()
    {
        session.setAdapting(ui::Adapting::Manual);
        if (!open({test::sampleCapture()}) ||
            !QTest::qWaitFor([this] { return table.model()->rowCount() == static_cast<int>(session.table()->size()); }))
            qFatal("the sample was not read");
        table.setFocus();
    }
};

} // namespace

/// Labelling keys, pressed in the flow table of a real window.
class LabelKeysTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }

    /// First: what a process has loaded stays.
    void showingTheWindowLoadsNoLearningEngine()
    {
        ui::Session session;
        ui::MainWindow window(session);
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QVERIFY(!window.grab().isNull());
        QVERIFY(!torchLoaded());
        session.prepareEngine();
        QTRY_VERIFY_WITH_TIMEOUT(torchLoaded(), 30000); // so the look above can tell
        QTRY_VERIFY_WITH_TIMEOUT(session.baseModel() != nullptr, 30000);
    }

    void marksUndoesAndRedoesOneAndManyRows()
    {
        Labelling bench;
        QTableView& table = bench.table;
        const int all = table.model()->rowCount();
        const auto count = [&](hunt::Label label) {
            return static_cast<int>(bench.session.labels().support().count(label));
        };
        table.setFocus();
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {},
                          table.visualRect(table.model()->index(3, static_cast<int>(ui::FlowColumn::Source))).center());
        // Each key is an act of its own, though the eye and the stack take those of one second for one.
        const auto pause = [] { QTest::qWait(1050); };
        QTest::keyClick(&table, Qt::Key_M);
        pause();
        QVERIFY(bench.session.labels().support().label(flow::FlowId(3)) == hunt::Label::Threat);
        QTest::keyClick(&table, Qt::Key_X);
        QVERIFY(bench.session.labels().support().label(flow::FlowId(3)) == hunt::Label::NotThreat);
        pause();
        QTest::keyClick(&table, Qt::Key_U);
        QVERIFY(bench.session.labels().support().label(flow::FlowId(3)) == hunt::Label::Unsure);
        pause();
        QTest::keyClick(&table, Qt::Key_Delete);
        QVERIFY(bench.session.labels().support().empty());

        QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(count(hunt::Label::Unsure), 1);
        QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(count(hunt::Label::NotThreat), 1);
        QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(count(hunt::Label::Unsure), 1);

        // Every row at once is one act, and one step back. One of them is marked already, which is asked about first.
        QTest::keyClick(&table, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClick(&table, Qt::Key_X);
        QCOMPARE(count(hunt::Label::NotThreat), 0);
        auto& question = bench.widget<ui::QuestionBar>("question");
        QVERIFY(question.isVisible());
        QVERIFY2(question.question().contains(QStringLiteral("are marked unsure already")),
                 qPrintable(question.question()));
        QCOMPARE(QApplication::focusWidget(), &bench.widget<QWidget>("questionOthers"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
        QVERIFY(!question.isVisible());
        QTRY_COMPARE(QApplication::focusWidget(), &table);
        QTest::keyClick(&table, Qt::Key_X);
        QTest::mouseClick(&bench.widget<QPushButton>("questionOthers"), Qt::LeftButton);
        QCOMPARE(count(hunt::Label::NotThreat), all - 1);
        QCOMPARE(count(hunt::Label::Unsure), 1);
        QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier);
        QTest::keyClick(&table, Qt::Key_X);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Right);
        QCOMPARE(QApplication::focusWidget(), &bench.widget<QWidget>("questionOverwrite"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        QCOMPARE(count(hunt::Label::NotThreat), all);
        QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(count(hunt::Label::NotThreat), 0);
        QCOMPARE(count(hunt::Label::Unsure), 1);
    }

    void theToastUndoesAndRedoes()
    {
        Labelling bench;
        QTableView& table = bench.table;
        bench.choose(2);
        QTest::keyClick(&table, Qt::Key_M);
        auto& toast = bench.widget<ui::Toast>("toast");
        QVERIFY(toast.isVisible());
        QCOMPARE(toast.text(), QStringLiteral("Marked 1 flow as threat."));
        QCOMPARE(QApplication::focusWidget(), &table); // it takes nothing away
        QTest::mouseClick(&bench.widget<QPushButton>("toastAction"), Qt::LeftButton);
        QVERIFY(bench.session.labels().support().empty());
        QCOMPARE(toast.text(), QStringLiteral("Undone: mark 1 flow as threat."));
        QTest::mouseClick(&bench.widget<QPushButton>("toastAction"), Qt::LeftButton);
        QCOMPARE(bench.session.labels().support().count(hunt::Label::Threat), std::size_t(1));
        QTRY_VERIFY_WITH_TIMEOUT(!toast.isVisible(), 2 * ui::Toast::stays);
    }

    void digitsAssignThreatsThatCountAgainstEachOther()
    {
        Labelling bench;
        QTableView& table = bench.table;
        bench.choose(1);
        QTest::keyClick(&table, Qt::Key_M);
        bench.choose(2);
        QTest::keyClick(&table, Qt::Key_3);
        const hunt::Marks& marks = bench.session.labels().marks();
        QCOMPARE(marks.threats().names.size(), std::size_t(3));
        QVERIFY(bench.session.labels().support().label(flow::FlowId(2)) == hunt::Label::NotThreat);
        QCOMPARE(table.model()->index(2, 0).data().toString(), QStringLiteral("Threat 3"));

        // The name is given in the dock; the table says it at once.
        auto& box = bench.widget<QComboBox>("threatBox");
        QCOMPARE(box.count(), 3);
        box.setFocus();
        QTest::keyClick(&box, Qt::Key_End);
        QVERIFY(bench.session.labels().support().label(flow::FlowId(2)) == hunt::Label::Threat);
        QVERIFY(bench.session.labels().support().label(flow::FlowId(1)) == hunt::Label::NotThreat);
        QTest::mouseClick(&bench.widget<QPushButton>("renameThreat"), Qt::LeftButton);
        auto& name = bench.widget<QLineEdit>("threatName");
        name.selectAll();
        QTest::keyClicks(&name, QStringLiteral("Beacon-A"));
        QTest::keyClick(&name, Qt::Key_Return);
        QCOMPARE(table.model()->index(2, 0).data().toString(), QStringLiteral("Beacon-A"));
        QCOMPARE(QString::fromStdString(marks.words(flow::FlowId(1))), QStringLiteral("Threat 1"));
    }

    void aClickIntoTheChipMarksItsFlow()
    {
        Labelling bench;
        QTableView& table = bench.table;
        const QRect chip = table.visualRect(table.model()->index(4, 0));
        const auto label = [&] { return bench.session.labels().support().label(flow::FlowId(4)); };
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, {chip.left() + chip.width() / 4, chip.center().y()});
        QVERIFY(label() == hunt::Label::Threat);
        QTest::mouseClick(table.viewport(), Qt::LeftButton, {}, {chip.right() - chip.width() / 4, chip.center().y()});
        QVERIFY(label() == hunt::Label::NotThreat);
    }

    void everyFlowOfAKindIsCountedBeforeItIsMarked()
    {
        Labelling bench;
        QTableView& table = bench.table;
        bench.choose(7);
        QTest::keyClick(&table, Qt::Key_M, Qt::ControlModifier);
        auto& menu = bench.widget<QMenu>("bulkMenu");
        QTRY_VERIFY(menu.isVisible());
        const auto source = bench.session.table()->client[7].address;
        std::size_t expected = 0;
        for (const packet::Endpoint& client : bench.session.table()->client)
            expected += client.address == source ? 1U : 0U;
        QTRY_VERIFY(menu.findChild<QAction*>(QStringLiteral("bulkThreat2")) != nullptr);
        QAction* bySource = menu.findChild<QAction*>(QStringLiteral("bulkThreat2"));
        QVERIFY2(bySource->text().endsWith(ui::flowsText(expected)), qPrintable(bySource->text()));
        QCOMPARE(bench.session.labels().support().count(hunt::Label::Threat), std::size_t(0));
        test::keepPicture(menu, QStringLiteral("bulk-menu-light"));
        menu.close();
        bySource->trigger();
        if (expected > ui::Labeller::many)
            QTest::mouseClick(&bench.widget<QPushButton>("questionAll"), Qt::LeftButton);
        QCOMPARE(bench.session.labels().support().count(hunt::Label::Threat), expected);
    }

    void theSwitchHasThreeStates()
    {
        Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        auto& table = bench.widget<QTableView>("flowTable");
        QTRY_VERIFY(table.model()->rowCount() > 5);
        QVERIFY(bench.widget<QPushButton>("liveButton").isChecked());
        QTest::keyClick(&bench.window, Qt::Key_F9, Qt::ShiftModifier);
        QVERIFY(bench.session.adapting() == ui::Adapting::Manual);
        QTest::keyClick(&bench.window, Qt::Key_F9, Qt::ShiftModifier);
        QVERIFY(bench.session.adapting() == ui::Adapting::Paused);
        QVERIFY(bench.widget<QPushButton>("pausedButton").isChecked());
        const auto beacon = test::sampleBeacon(*bench.session.table());
        bench.session.assign({beacon[0], beacon[1], beacon[2]}, hunt::Label::Threat);
        QTest::qWait(300);
        QVERIFY(!bench.session.scores());

        // F9 adapts in any state; the next label makes those scores old, in words and hatching.
        QTest::keyClick(&bench.window, Qt::Key_F9);
        QVERIFY(bench.waitForScores());
        auto& age = bench.widget<QLabel>("adaptedText");
        QVERIFY2(age.text().startsWith(QStringLiteral("a%1 · ").arg(bench.session.scores()->revision())),
                 qPrintable(age.text()));
        bench.session.assign({beacon[3]}, hunt::Label::NotThreat);
        auto& words = bench.widget<QLabel>("staleText");
        QVERIFY(words.isVisible());
        QVERIFY2(words.text().contains(QStringLiteral("older than the labels")), qPrintable(words.text()));
        QTest::mouseClick(&bench.widget<QPushButton>("liveButton"), Qt::LeftButton);
        QVERIFY(bench.waitForScores());
        QVERIFY(!words.isVisible());
    }

    void aBookmarkAndANoteAreUndoneLikeLabels()
    {
        Labelling bench;
        QTableView& table = bench.table;
        bench.choose(3);
        const hunt::Marks& marks = bench.session.labels().marks();
        QTest::keyClick(&table, Qt::Key_B);
        QVERIFY(marks.mark(flow::FlowId(3)).bookmarked);
        QTest::keyClick(&table, Qt::Key_B, Qt::ShiftModifier);
        auto& edit = bench.widget<QLineEdit>("questionEdit");
        QTRY_COMPARE(QApplication::focusWidget(), &edit);
        QTest::keyClicks(&edit, QStringLiteral("ask the admin about this printer"));
        QTest::keyClick(&edit, Qt::Key_Return);
        QCOMPARE(QString::fromStdString(marks.note(flow::FlowId(3))),
                 QStringLiteral("ask the admin about this printer"));
        QVERIFY(bench.session.labels().support().empty());
        QTRY_COMPARE(QApplication::focusWidget(), &table);
        QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(marks.note(flow::FlowId(3)).empty());
        QTest::keyClick(&table, Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(!marks.mark(flow::FlowId(3)).bookmarked);
    }
};

QTEST_MAIN(LabelKeysTest)
#include "label_keys_test.moc"
