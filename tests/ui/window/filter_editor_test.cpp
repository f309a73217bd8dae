// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/workbench.h"
#include "ui/models/flow_table_model.h"
#include "ui/models/flow_text.h"
#include "ui/panels/filter_edit.h"
#include "ui/panels/message_bar.h"
#include "ui/session/flow_query.h"
#include "ui/window/theme.h"

#include <QAction>
#include <QClipboard>
#include <QElapsedTimer>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QTableView>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>

#include <cmath>
#include <functional>

using namespace flowscent;
using test::Workbench;

namespace {

/// The window with the sample in it and the cursor in the filter.
struct Editor : Workbench {
    QTableView& table = widget<QTableView>("flowTable");
    ui::FilterEdit& edit = widget<ui::FilterEdit>("filterEdit");
    QTreeView& offers = widget<QTreeView>("completionList");

    Editor()
    {
        window.resize(1280, 800);
        if (!open({test::sampleCapture()}) || !QTest::qWaitForWindowExposed(&window))
            qFatal("the sample does not open");
        if (!QTest::qWaitFor([this] { return table.hasFocus() && rows() == all(); }))
            qFatal("the table does not show the sample");
        QTest::keyClick(&window, Qt::Key_L, Qt::ControlModifier);
        if (!QTest::qWaitFor([this] { return edit.hasFocus(); }))
            qFatal("Ctrl+L does not lead to the filter");
    }
    [[nodiscard]] int rows() const { return table.model()->rowCount(); }
    [[nodiscard]] int all() const { return static_cast<int>(session.table()->size()); }
    [[nodiscard]] QString state() { return widget<QLabel>("filterState").text(); }
    [[nodiscard]] QString counts() { return widget<QLabel>("filterCounts").text(); }
    [[nodiscard]] bool exists(const QString& name) { return window.findChild<QWidget*>(name) != nullptr; }
    void type(const QString& text) { QTest::keyClicks(&edit, text); }
    void press(Qt::Key key, Qt::KeyboardModifiers with = Qt::NoModifier) { QTest::keyClick(&edit, key, with); }
    void apply(const QString& text)
    {
        edit.clear();
        type(text);
        press(Qt::Key_Return);
    }
    /// Flows of the table for which something holds, counted without the filter.
    [[nodiscard]] int count(const std::function<bool(std::uint32_t)>& holds) const
    {
        int found = 0;
        for (std::uint32_t flow = 0; flow < session.table()->size(); ++flow)
            found += holds(flow) ? 1 : 0;
        return found;
    }
    [[nodiscard]] int udp() const
    {
        return count([this](std::uint32_t flow) { return session.table()->protocol[flow] == 17; });
    }
    [[nodiscard]] QColor ground() { return edit.grab().toImage().pixelColor(edit.width() / 2, 4); }
};

} // namespace

class FilterEditorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        test::useOwnSettings();
        ui::applyTheme(ui::Theme::Light);
    }

    void everyKeystrokeSaysHowThingsStand()
    {
        Editor on;
        const QColor plain = on.ground();
        on.type(QStringLiteral("ud"));
        const QString word = on.state();
        on.type(QStringLiteral("p"));
        const QColor ready = on.ground();
        QVERIFY2(on.state().contains(QStringLiteral("Enter applies")), qPrintable(on.state()));
        on.type(QStringLiteral(" &&"));
        const QColor wrong = on.ground();
        QVERIFY2(on.state().contains(QStringLiteral("column")), qPrintable(on.state()));
        QVERIFY(!word.isEmpty());
        for (int i = 0; i < 3; ++i)
            on.press(Qt::Key_Backspace);
        on.press(Qt::Key_Return);
        const QColor applied = on.ground();
        QTRY_COMPARE(on.rows(), on.udp());
        QVERIFY(on.counts().contains(QStringLiteral(" of ")));
        QVERIFY2(on.counts().endsWith(QStringLiteral(" ms")), qPrintable(on.counts()));
        const QList<QColor> all{plain, ready, wrong, applied};
        for (int a = 0; a < all.size(); ++a) {
            for (int b = 0; b < a; ++b)
                QVERIFY2(all[a] != all[b], qPrintable(QStringLiteral("%1 and %2").arg(a).arg(b)));
        }
    }

    void whatIsWrongIsPointedAtAndWhatWasMeantIsAKeyAway()
    {
        Editor on;
        on.apply(QStringLiteral("udp"));
        QTRY_COMPARE(on.rows(), on.udp());
        on.edit.clear();
        on.type(QStringLiteral("tcp && byts.outt > 10k"));
        on.press(Qt::Key_Return);
        QVERIFY2(on.state().contains(QStringLiteral("column 8")), qPrintable(on.state()));
        QCOMPARE(on.edit.cursorPosition(), 7);
        QCOMPARE(on.rows(), on.udp()); // the filter that was applied stays
        auto& hint = on.widget<QPushButton>("filterHint");
        QVERIFY(hint.isVisible());
        QVERIFY2(hint.text().contains(QStringLiteral("bytes.out")), qPrintable(hint.text()));
        test::keepPicture(on.window, QStringLiteral("filter-error-light"));
        on.press(Qt::Key_Tab);
        QCOMPARE(on.edit.text(), QStringLiteral("tcp && bytes.out > 10k"));
        QVERIFY(on.edit.hasFocus());
        QVERIFY(!hint.isVisible());
        on.press(Qt::Key_Escape);
        QCOMPARE(on.edit.text(), QStringLiteral("udp"));
    }

    void offersCanBeTakenByKeysAlone()
    {
        Editor on;
        on.type(QStringLiteral("prot"));
        QVERIFY(on.offers.isVisible());
        QCOMPARE(on.offers.model()->index(0, 0).data().toString(), QStringLiteral("proto"));
        QVERIFY(on.edit.hasFocus());
        on.press(Qt::Key_Down);
        on.press(Qt::Key_Return);
        QCOMPARE(on.edit.text(), QStringLiteral("proto "));
        QVERIFY(on.offers.isVisible()); // operators
        on.type(QStringLiteral("== "));
        // Values with the number of their flows, counted meanwhile.
        const auto row = [&]() -> int {
            for (int i = 0; i < on.offers.model()->rowCount(); ++i) {
                if (on.offers.model()->index(i, 0).data().toString() == QLatin1String("udp"))
                    return i;
            }
            return -1;
        };
        const auto counted = [&] {
            QString digits = on.offers.model()->index(row(), 1).data().toString();
            return digits.remove(QRegularExpression(QStringLiteral("\\D"))).toInt();
        };
        QTRY_VERIFY(on.offers.isVisible() && row() >= 0);
        QTRY_COMPARE(counted(), on.udp());
        test::keepPicture(on.window, QStringLiteral("filter-popup-light"));
        for (int i = 0; i <= row(); ++i)
            on.press(Qt::Key_Down);
        on.press(Qt::Key_Tab);
        QCOMPARE(on.edit.text(), QStringLiteral("proto == udp "));
        on.press(Qt::Key_Return);
        QTRY_COMPARE(on.rows(), on.udp());
    }

    void enterAppliesUnlessAnOfferWasChosen()
    {
        Editor on;
        on.type(QStringLiteral("udp"));
        on.press(Qt::Key_Return); // whatever is offered
        QVERIFY(!on.offers.isVisible());
        QCOMPARE(on.window.query().text(), QStringLiteral("udp"));
        on.type(QStringLiteral(" && ip"));
        QVERIFY(on.offers.isVisible());
        on.press(Qt::Key_Escape); // the offers first
        QVERIFY(!on.offers.isVisible());
        QCOMPARE(on.edit.text(), QStringLiteral("udp && ip"));
        on.press(Qt::Key_Space, Qt::ControlModifier);
        QVERIFY(on.offers.isVisible());
        on.press(Qt::Key_Escape);
        on.press(Qt::Key_Escape); // then the text
        QCOMPARE(on.edit.text(), QStringLiteral("udp"));
    }

    void altEnterMarksAndHidesNothing()
    {
        Editor on;
        on.type(QStringLiteral("udp"));
        on.press(Qt::Key_Return, Qt::AltModifier);
        QTRY_VERIFY(on.exists(QStringLiteral("chip_highlight")));
        const auto marked = [&] {
            int found = 0;
            for (int row = 0; row < on.rows(); ++row)
                found += on.table.model()->index(row, 0).data(ui::FlowTableModel::HighlightRole).toBool() ? 1 : 0;
            return found;
        };
        QTRY_COMPARE(marked(), on.udp());
        QCOMPARE(on.rows(), on.all());
        QTRY_VERIFY(on.widget<QLabel>("chipText_highlight")
                        .text()
                        .contains(ui::flowsText(static_cast<std::uint64_t>(on.udp()))));
        test::keepPicture(on.window, QStringLiteral("filter-highlight-light"));
        QTest::mouseClick(&on.widget<QToolButton>("chipRemove_highlight"), Qt::LeftButton);
        QTRY_COMPARE(marked(), 0);
        QTRY_VERIFY(!on.widget<QWidget>("filterChips").isVisible());
    }

    void theArrowsGoThroughWhatWasApplied()
    {
        Editor on;
        on.apply(QStringLiteral("udp"));
        on.apply(QStringLiteral("tcp"));
        on.edit.clear();
        on.type(QStringLiteral("dn"));
        on.press(Qt::Key_Escape); // the offers
        on.press(Qt::Key_Up);
        QCOMPARE(on.edit.text(), QStringLiteral("tcp"));
        on.press(Qt::Key_Up);
        on.press(Qt::Key_Up); // there is no more
        QCOMPARE(on.edit.text(), QStringLiteral("udp"));
        on.press(Qt::Key_Down);
        on.press(Qt::Key_Down);
        QCOMPARE(on.edit.text(), QStringLiteral("dn"));
        on.press(Qt::Key_Up);
        on.press(Qt::Key_Up);
        on.press(Qt::Key_Return);
        QTRY_COMPARE(on.rows(), on.udp());
        on.press(Qt::Key_Up); // from the applied one to the one before
        QCOMPARE(on.edit.text(), QStringLiteral("tcp"));
    }

    void aFilterIsSavedUnderANameAndComesBack()
    {
        {
            Editor on;
            QVERIFY(!on.widget<QToolButton>("filterStar").isEnabled());
            on.apply(QStringLiteral("udp"));
            QTest::mouseClick(&on.widget<QToolButton>("filterStar"), Qt::LeftButton);
            auto& dialog = on.widget<QInputDialog>("filterNameDialog");
            dialog.setTextValue(QStringLiteral("Without a connection"));
            dialog.accept();
            QVERIFY(
                on.widget<QToolButton>("filterStar").accessibleName().contains(QStringLiteral("Without a connection")));
        }
        Editor on; // another start
        auto& saved = on.widget<QMenu>("savedFilters");
        Q_EMIT saved.aboutToShow();
        QCOMPARE(saved.actions().front()->text(), QStringLiteral("Without a connection"));
        saved.actions().front()->trigger();
        QTRY_COMPARE(on.rows(), on.udp());
    }

    void conditionsBesideTheTextAreChips()
    {
        Editor on;
        auto& chips = on.widget<QWidget>("filterChips");
        QVERIFY(!chips.isVisible());
        QVERIFY(!on.widget<QAction>("quick_flagged").isEnabled()); // nothing has a score
        QVERIFY(!on.widget<QAction>("quick_flagged").toolTip().isEmpty());
        on.widget<QAction>("quick_unlabelled").trigger();
        QTRY_VERIFY(chips.isVisible());
        QVERIFY(on.exists(QStringLiteral("chip_unlabelled")));
        QCOMPARE(on.rows(), on.all());
        const auto beacon = test::sampleBeacon(*on.session.table());
        QVERIFY(on.mark({beacon[0], beacon[1], beacon[2]}, hunt::Label::Threat));
        on.table.setFocus();
        QTest::keyClick(&on.table, Qt::Key_R);
        QTRY_COMPARE(on.rows(), on.all() - 3);
        on.edit.setFocus();
        on.widget<QAction>("quick_flagged").trigger();
        QTRY_VERIFY(on.rows() < on.all() - 3 && on.rows() > 0);
        QVERIFY(on.window.query().setChip(
            {QStringLiteral("time"), QStringLiteral("the first ten minutes"), QStringLiteral("dur >= 0"), nullptr}));
        on.apply(QStringLiteral("tcp"));
        test::keepPicture(on.window, QStringLiteral("filter-chips-light"));

        // Each goes by its button, the last one by Backspace.
        QTest::mouseClick(&on.widget<QToolButton>("chipRemove_flagged"), Qt::LeftButton);
        QVERIFY(!on.widget<QAction>("quick_flagged").isChecked());
        on.edit.clear();
        on.press(Qt::Key_Backspace);
        QCOMPARE(on.window.query().chips().size(), 1);
        QCOMPARE(on.window.query().chips().front().name, QStringLiteral("unlabelled"));
        QVERIFY(on.edit.text().isEmpty()); // and what is being typed stays
        on.press(Qt::Key_Backspace);
        QTRY_VERIFY(!chips.isVisible());
        QCOMPARE(on.window.query().text(), QStringLiteral("tcp"));
    }

    void onlyWhatHasChangedSinceScoresWereKept()
    {
        Editor on;
        const auto beacon = test::sampleBeacon(*on.session.table());
        QVERIFY(!on.widget<QAction>("quick_changed").isEnabled());
        QVERIFY(on.mark({beacon[0], beacon[1], beacon[2]}, hunt::Label::Threat));
        on.session.keepScores();
        on.widget<QAction>("quick_changed").trigger();
        QTRY_COMPARE(on.rows(), 0);
        on.session.setMethod(detect::Method::Prototype);
        QVERIFY(on.waitForScores());
        const auto moved = [&] {
            return on.count([&](std::uint32_t flow) {
                const float change = on.session.scores()->values[flow] - on.session.keptScores()->values[flow];
                return std::abs(change) >= 0.01F;
            });
        };
        QVERIFY(moved() > 0);
        auto& again = on.widget<QPushButton>("resortButton");
        QTRY_VERIFY(again.isVisible()); // rows wait until they are asked for
        QTest::mouseClick(&again, Qt::LeftButton);
        QTRY_COMPARE(on.rows(), moved());
    }

    void anEmptyTableSaysSoAndOffersAWayOut()
    {
        Editor on;
        on.apply(QStringLiteral("udp"));
        QTRY_COMPARE(on.rows(), on.udp());
        on.apply(QStringLiteral("port == 1 && port == 2 && port == 3"));
        auto& note = on.widget<QWidget>("emptyNote");
        QTRY_VERIFY(note.isVisible());
        QCOMPARE(on.widget<QLabel>("emptyNoteText").text(),
                 QStringLiteral("0 of %1 match.").arg(ui::flowsText(static_cast<std::uint64_t>(on.all()))));
        test::keepPicture(on.window, QStringLiteral("filter-empty-light"));
        QTest::mouseClick(&on.widget<QPushButton>("noteUndoButton"), Qt::LeftButton);
        QTRY_COMPARE(on.rows(), on.udp());
        QVERIFY(!note.isVisible());
        on.apply(QStringLiteral("port == 1 && port == 2 && port == 3"));
        QTRY_VERIFY(note.isVisible());
        QTest::mouseClick(&on.widget<QPushButton>("noteClearButton"), Qt::LeftButton);
        QTRY_COMPARE(on.rows(), on.all());
        QVERIFY(on.edit.text().isEmpty());
    }

    void whatAnotherProgramCannotAskIsToldAndNotCopied()
    {
        Editor on;
        QApplication::clipboard()->setText(QStringLiteral("before"));
        auto& message = on.widget<ui::MessageBar>("messageBar");
        on.widget<QAction>("copyAsBpf").trigger(); // there is no filter
        QVERIFY(message.isVisible());
        on.apply(QStringLiteral("score > 0.5"));
        on.widget<QAction>("copyAsBpf").trigger();
        QVERIFY2(message.text().contains(QStringLiteral("score")), qPrintable(message.text()));
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("before"));
        const auto one = std::make_shared<const flow::FlowSet>(std::vector<flow::FlowId>{flow::FlowId(1)});
        on.apply(QStringLiteral("udp"));
        QVERIFY(on.window.query().setChip({QStringLiteral("lasso"), QStringLiteral("1 flow"), {}, one}));
        on.widget<QAction>("copyAsWireshark").trigger();
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("before"));
        on.window.query().removeChip(QStringLiteral("lasso"));
        on.widget<QAction>("copyAsBpf").trigger();
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("udp"));
    }

    void fieldsCanBeSearchedAndTakenOver()
    {
        Editor on;
        on.widget<QAction>("filterFieldsAction").trigger();
        auto& fields = on.widget<QTreeWidget>("filterHelpFields");
        QTRY_VERIFY(fields.isVisible());
        QTest::keyClicks(&on.widget<QLineEdit>("filterHelpSearch"), QStringLiteral("bytes.out"));
        QTreeWidgetItem* shown = nullptr;
        for (int row = 0; row < fields.topLevelItemCount(); ++row) {
            if (!fields.topLevelItem(row)->isHidden() && shown == nullptr)
                shown = fields.topLevelItem(row);
        }
        QVERIFY(shown != nullptr);
        QCOMPARE(shown->text(0), QStringLiteral("bytes.out"));
        test::keepPicture(on.widget<QWidget>("filterHelp"), QStringLiteral("filter-fields-light"));
        fields.setCurrentItem(shown);
        fields.setFocus();
        QTest::keyClick(&fields, Qt::Key_Return);
        QCOMPARE(on.edit.text(), QStringLiteral("bytes.out "));
    }

    void hostileTextsAreTypedWithoutAPause()
    {
        Editor on;
        QElapsedTimer longest;
        const QStringList texts{QStringLiteral("ip.addr == 10.0.0.5 && host matches \"(a+)+$\""),
                                QString(200, QLatin1Char('(')), QString(400, QLatin1Char('x')),
                                QStringLiteral("\u202e\u0301ä😀 == \"ü"), QStringLiteral("a\tb\x07")};
        for (const QString& text : texts) {
            on.edit.clear();
            for (const QChar letter : text) {
                longest.start();
                QTest::sendKeyEvent(QTest::Click, &on.edit, Qt::Key_unknown, QString(letter), Qt::NoModifier);
                QVERIFY2(longest.elapsed() < 500, qPrintable(text)); // a freeze, not a slow machine
            }
            on.press(Qt::Key_Return);
            on.press(Qt::Key_Escape);
            on.press(Qt::Key_Escape);
        }
        QCOMPARE(on.rows(), on.all());
    }

    void takesUpAThemeThatIsChangedMeanwhile()
    {
        Editor on;
        on.type(QStringLiteral("udp &&"));
        const QColor light = on.ground();
        ui::applyTheme(ui::Theme::Dark);
        QTRY_VERIFY(on.ground().lightness() < 128);
        ui::applyTheme(ui::Theme::Light);
        QTRY_COMPARE(on.ground(), light);
    }

    void looksRightInTheDark()
    {
        ui::applyTheme(ui::Theme::Dark);
        Editor on;
        on.apply(QStringLiteral("tcp"));
        on.widget<QAction>("quick_unlabelled").trigger();
        on.type(QStringLiteral(" && ip.addr == "));
        QTRY_VERIFY(on.offers.isVisible());
        test::keepPicture(on.window, QStringLiteral("filter-popup-dark"));
        on.press(Qt::Key_Return);
        test::keepPicture(on.window, QStringLiteral("filter-error-dark"));
        on.edit.clear();
        on.type(QStringLiteral("udp"));
        on.press(Qt::Key_Return, Qt::AltModifier);
        QTRY_VERIFY(on.exists(QStringLiteral("chip_highlight")));
        QTest::qWait(100);
        test::keepPicture(on.window, QStringLiteral("filter-chips-dark"));
        on.apply(QStringLiteral("port == 1 && port == 2 && port == 3"));
        QTRY_VERIFY(on.widget<QWidget>("emptyNote").isVisible());
        test::keepPicture(on.window, QStringLiteral("filter-empty-dark"));
        ui::applyTheme(ui::Theme::Light);
    }
};

QTEST_MAIN(FilterEditorTest)
#include "filter_editor_test.moc"
