// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/window/command_palette.h"
#include "ui/window/key_bindings.h"
#include "ui/window/key_editor.h"
#include "ui/window/menu_commands.h"
#include "ui/window/zoom.h"

#include <QAction>
#include <QCheckBox>
#include <QKeySequenceEdit>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QMenuBar>
#include <QPushButton>
#include <QSettings>
#include <QTableView>
#include <QTableWidget>

#include <set>

using namespace flowscent;
using test::Workbench;

/// Keys, palette, cheat sheet, zoom: what every view shares.
class MannersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }
    void init() { QSettings().clear(); }

    void everyCommandHasAKeyOfItsOwn()
    {
        Workbench bench;
        std::set<QString> keys;
        for (const ui::MenuCommand& command : ui::menuCommands(*bench.window.menuBar())) {
            const QString key = command.action->shortcut().toString();
            QVERIFY2(key.isEmpty() || keys.insert(key).second, qPrintable(command.words + QStringLiteral(": ") + key));
        }
        for (const char* wanted : {"Ctrl+O", "Ctrl+L", "Ctrl+J", "F6", "Shift+F6", "F9", "M", "X", "U", "Del", "R", "Y",
                                   "?", "Alt+1", "Alt+2", "Ctrl+Z", "Ctrl+0"})
            QVERIFY2(keys.contains(QLatin1String(wanted)), wanted);
    }

    void thePaletteFindsACommandByPartsOfItsWordsAndDoesIt()
    {
        Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        QTest::keyClick(&bench.window, Qt::Key_J, Qt::ControlModifier);
        auto& edit = bench.widget<QLineEdit>("paletteEdit");
        auto& list = bench.widget<QListWidget>("paletteList");
        QVERIFY(list.count() > 15);
        QTest::keyClicks(&edit, QStringLiteral("view comp"));
        QCOMPARE(list.currentItem()->text(), QStringLiteral("View: Compare    (Alt+2)"));
        QTest::keyClick(&edit, Qt::Key_Return);
        QVERIFY(bench.widget<QAction>("compareAction").isChecked());
        QTRY_VERIFY(bench.window.findChild<ui::CommandPalette*>() == nullptr);
    }

    void thePaletteSaysWhenNothingFitsAndGreysWhatCannotBeDone()
    {
        Workbench bench;
        ui::CommandPalette palette(*bench.window.menuBar(), &bench.window);
        palette.setAttribute(Qt::WA_DeleteOnClose, false);
        palette.show();
        auto* edit = palette.findChild<QLineEdit*>(QStringLiteral("paletteEdit"));
        auto* list = palette.findChild<QListWidget*>(QStringLiteral("paletteList"));
        QTest::keyClicks(edit, QStringLiteral("undo"));
        QCOMPARE(list->count(), 1);
        QVERIFY(!list->item(0)->flags().testFlag(Qt::ItemIsEnabled)); // nothing to undo yet
        QTest::keyClicks(edit, QStringLiteral("qqq"));
        QCOMPARE(list->count(), 0);
        QTest::keyClick(edit, Qt::Key_Return); // does nothing
        QVERIFY(palette.isVisible());
    }

    void beginningsOfWordsFitBetter()
    {
        const auto fit = [](const char* typed, const char* command) {
            return ui::CommandPalette::fit(QLatin1String(typed), QLatin1String(command));
        };
        QVERIFY(fit("mark", "Flow: Mark as threat") > fit("ark", "Flow: Mark as threat"));
        QVERIFY(fit("MARK threat", "Flow: Mark as threat") > 0);
        QCOMPARE(fit("mark x", "Flow: Mark as threat"), 0);
        QVERIFY(fit("open", "File: Open") > fit("open", "File: Open the sample"));
    }

    void theCheatSheetShowsTheKeysAsTheyAre()
    {
        Workbench bench;
        bench.widget<QAction>("keysAction").trigger();
        const QString text = bench.widget<QLabel>("cheatSheetKeys").text();
        QVERIFY(text.contains(QStringLiteral("<b>M</b>")) && text.contains(QStringLiteral("Mark as threat")));
        QVERIFY(text.contains(QStringLiteral("Ctrl+J")));
        test::keepPicture(bench.widget<QDialog>("cheatSheet"), QStringLiteral("cheat-sheet"));
    }

    void aKeyThatIsTakenIsRefusedAndNamed()
    {
        Workbench bench;
        bench.widget<QAction>("keyEditorAction").trigger();
        auto& table = bench.widget<QTableWidget>("keyTable");
        const auto rows = table.findItems(QStringLiteral("Mark as threat"), Qt::MatchExactly);
        QCOMPARE(rows.size(), 1);
        table.selectRow(rows.front()->row());
        auto& edit = bench.widget<QKeySequenceEdit>("keyEdit");
        edit.setKeySequence(QKeySequence(Qt::Key_X));
        QVERIFY(!bench.widget<QPushButton>("keySet").isEnabled());
        QVERIFY(bench.widget<QLabel>("keyRemark").text().contains(QStringLiteral("Mark as not this")));
        edit.setKeySequence(QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M));
        QTest::mouseClick(&bench.widget<QPushButton>("keySet"), Qt::LeftButton);
        QCOMPARE(bench.widget<QAction>("threatAction").shortcut(), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M));
        test::keepPicture(bench.widget<QDialog>("keyEditor"), QStringLiteral("key-editor"));
        Workbench later;
        QCOMPARE(later.widget<QAction>("threatAction").shortcut(), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_M));
    }

    void singleLettersCanBeSwitchedOff()
    {
        Workbench bench;
        bench.session.setAdapting(ui::Adapting::Manual);
        QVERIFY(bench.open({test::sampleCapture()}));
        bench.widget<QAction>("keyEditorAction").trigger();
        bench.widget<QCheckBox>("keyLetters").setChecked(false);
        bench.widget<QDialog>("keyEditor").close();
        QApplication::setActiveWindow(&bench.window);
        QVERIFY(bench.widget<QAction>("threatAction").shortcut().isEmpty());
        QCOMPARE(bench.widget<QAction>("adaptAction").shortcut(), QKeySequence(Qt::Key_F9));
        auto& table = bench.widget<QTableView>("flowTable");
        table.setFocus();
        bench.window.selection().select({flow::FlowId(3)});
        QTest::keyClick(&table, Qt::Key_M);
        QVERIFY(bench.session.labels().support().empty());
        bench.widget<QAction>("threatAction").trigger(); // still in the menu
        QCOMPARE(bench.session.labels().support().count(hunt::Label::Threat), std::size_t(1));
    }

    void textGrowsAndComesBack()
    {
        Workbench bench;
        const qreal usual = QApplication::font().pointSizeF();
        bench.widget<QAction>("largerAction").trigger();
        QVERIFY(QApplication::font().pointSizeF() > usual);
        for (int i = 0; i < 20; ++i)
            bench.widget<QAction>("largerAction").trigger();
        QCOMPARE(ui::chosenZoom(), ui::largestZoom);
        bench.widget<QAction>("usualSizeAction").trigger();
        QCOMPARE(QApplication::font().pointSizeF(), usual);
    }

    void f6GoesRoundThePanelsBothWays()
    {
        Workbench bench;
        QVERIFY(bench.open({test::sampleCapture()}));
        auto& table = bench.widget<QTableView>("flowTable");
        QTRY_VERIFY(table.hasFocus());
        std::set<QWidget*> seen{&table};
        QWidget* first = nullptr;
        for (int i = 0; i < 20; ++i) {
            QTest::keyClick(&bench.window, Qt::Key_F6);
            QVERIFY(QApplication::focusWidget() != nullptr);
            if (i == 0)
                first = QApplication::focusWidget();
            if (QApplication::focusWidget() == &table)
                break;
            seen.insert(QApplication::focusWidget());
        }
        QVERIFY(table.hasFocus());
        QVERIFY(seen.size() >= 4);
        QTest::keyClick(&bench.window, Qt::Key_F6);
        QCOMPARE(QApplication::focusWidget(), first);
        QTest::keyClick(&bench.window, Qt::Key_F6, Qt::ShiftModifier);
        QVERIFY(table.hasFocus());
    }
};

QTEST_MAIN(MannersTest)
#include "manners_test.moc"
