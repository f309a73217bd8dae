// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/panels/flow_delegate.h"
#include "ui/panels/flow_menus.h"
#include "ui/panels/flow_view.h"
#include "ui/window/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QScrollBar>

#include <numeric>

using namespace flowscent;
using ui::FlowColumn;
using Flows = std::vector<flow::FlowId>;

namespace {

constexpr auto contractBroken = QAbstractItemModelTester::FailureReportingMode::QtTest;

struct Table {
    ui::FlowTableModel model;
    const QAbstractItemModelTester contract{&model, contractBroken};
    ui::FlowSelection selection;
    ui::FlowView view{model, selection};

    explicit Table(std::uint32_t flows = 300)
    {
        std::vector<std::uint32_t> rows(flows);
        std::iota(rows.begin(), rows.end(), 0U);
        model.show(test::madeTable(flows), rows);
        view.showColumns(ui::columnSets::usual());
        view.resize(1000, 500);
        view.show();
        QApplication::setActiveWindow(&view);
        view.setFocus();
        QTest::qWait(20);
    }

    [[nodiscard]] QPoint at(int row, FlowColumn column = FlowColumn::Source, double share = 0.5) const
    {
        const QRect cell = view.visualRect(model.index(row, static_cast<int>(column)));
        return {cell.left() + static_cast<int>(share * cell.width()), cell.center().y()};
    }
    void click(int row, Qt::KeyboardModifiers keys = {}, FlowColumn column = FlowColumn::Source, double share = 0.5)
    {
        QTest::mouseClick(view.viewport(), Qt::LeftButton, keys, at(row, column, share));
    }
    void key(int which, Qt::KeyboardModifiers keys = {}) { QTest::keyClick(&view, static_cast<Qt::Key>(which), keys); }
    /// QTest's own moves carry no button.
    void move(const QPoint& to, Qt::MouseButtons buttons = Qt::LeftButton)
    {
        QMouseEvent event(QEvent::MouseMove, to, view.viewport()->mapToGlobal(to), Qt::NoButton, buttons,
                          Qt::NoModifier);
        QApplication::sendEvent(view.viewport(), &event);
    }
    void heading(FlowColumn column, Qt::KeyboardModifiers keys = {})
    {
        auto* header = view.horizontalHeader();
        const int section = static_cast<int>(column);
        QTest::mouseClick(
            header->viewport(), Qt::LeftButton, keys,
            {header->sectionViewportPosition(section) + header->sectionSize(section) / 2, header->height() / 2});
    }
};

Flows flows(std::initializer_list<std::uint32_t> ids)
{
    Flows made;
    for (const std::uint32_t id : ids)
        made.emplace_back(id);
    return made;
}

QAction* action(const QMenu& menu, const char* name)
{
    auto* found = menu.findChild<QAction*>(QLatin1String(name));
    if (found == nullptr)
        qFatal("the menu has no %s", name);
    return found;
}

} // namespace

/// The flow table under real clicks and keys.
class FlowViewTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { test::useOwnSettings(); }

    void clicksChooseOneToggleAndRange()
    {
        Table table;
        table.click(3);
        QCOMPARE(table.selection.flows(), flows({3}));
        QCOMPARE(table.selection.current(), std::optional(flow::FlowId(3)));
        table.click(6, Qt::ControlModifier);
        QCOMPARE(table.selection.flows(), flows({3, 6}));
        table.click(3, Qt::ControlModifier);
        QCOMPARE(table.selection.flows(), flows({6}));
        table.click(5);
        table.click(8, Qt::ShiftModifier);
        QCOMPARE(table.selection.flows(), flows({5, 6, 7, 8}));
        table.click(7); // one of several that are chosen: it alone, once the button is up
        QCOMPARE(table.selection.flows(), flows({7}));
        QVERIFY(table.view.selectionModel()->selection().isEmpty()); // Qt's own ranges are not in use
    }

    void keysMoveChooseAndExtend()
    {
        Table table;
        table.click(5);
        table.key(Qt::Key_Down);
        QCOMPARE(table.selection.flows(), flows({6}));
        table.key(Qt::Key_Down, Qt::ShiftModifier);
        table.key(Qt::Key_Down, Qt::ShiftModifier);
        QCOMPARE(table.selection.flows(), flows({6, 7, 8}));
        table.key(Qt::Key_Up, Qt::ControlModifier); // moves and chooses nothing
        table.key(Qt::Key_Up, Qt::ControlModifier);
        table.key(Qt::Key_Up, Qt::ControlModifier);
        QCOMPARE(table.selection.count(), std::size_t{3});
        QCOMPARE(table.view.currentIndex().row(), 5);
        table.key(Qt::Key_Space);
        QCOMPARE(table.selection.flows(), flows({5, 6, 7, 8}));
        table.key(Qt::Key_Home);
        QCOMPARE(table.selection.flows(), flows({0}));
        table.key(Qt::Key_End, Qt::ShiftModifier);
        QCOMPARE(table.selection.count(), std::size_t{300});
        QCOMPARE(table.view.visibleRows().second, 299);
        table.key(Qt::Key_PageUp);
        QCOMPARE(table.selection.count(), std::size_t{1});
        QVERIFY(table.view.currentIndex().row() < 299 && table.view.currentIndex().row() > 250);
        table.key(Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(table.selection.count(), std::size_t{300});
        table.view.invertChoice();
        QVERIFY(table.selection.empty());
    }

    void dragsOverRowsChooseThem()
    {
        Table table;
        QTest::mousePress(table.view.viewport(), Qt::LeftButton, {}, table.at(4));
        table.move(table.at(6));
        table.move(table.at(7));
        QTest::mouseRelease(table.view.viewport(), Qt::LeftButton, {}, table.at(7));
        QCOMPARE(table.selection.flows(), flows({4, 5, 6, 7}));
    }

    void draggingBeyondTheEdgeScrolls()
    {
        Table table;
        QTest::mousePress(table.view.viewport(), Qt::LeftButton, {}, table.at(4));
        table.move(table.at(6));
        const int before = table.view.verticalScrollBar()->value();
        table.move({100, table.view.viewport()->height() + 40});
        QVERIFY(table.view.verticalScrollBar()->value() > before);
        QTest::mouseRelease(table.view.viewport(), Qt::LeftButton, {}, {100, 10});
    }

    void otherPanelsMoveTheTableToWhatTheyChoose()
    {
        Table table;
        table.selection.setCurrent(flow::FlowId(200));
        table.selection.select(flows({200}));
        QCOMPARE(table.view.currentIndex().row(), 200);
        QVERIFY(table.view.visibleRows().first <= 200 && table.view.visibleRows().second >= 200);
        table.selection.select(flows({50, 60}));
        QVERIFY(table.view.visibleRows().first <= 50 && table.view.visibleRows().second >= 50);
    }

    void everySecondOfManyRowsIsChosenAtOnce()
    {
        Table table(100'000);
        flow::FlowSet alternate;
        for (std::uint32_t flow = 0; flow < 100'000; flow += 2)
            alternate.insert(flow::FlowId(flow));
        QElapsedTimer clock;
        clock.start();
        table.selection.select(std::move(alternate));
        table.view.grab();
        QVERIFY(clock.elapsed() < 2000); // as Qt's ranges it takes minutes
        QCOMPARE(table.selection.count(), std::size_t{50'000});
    }

    void aClickIntoALabelCellAsksForTheLabelOfThatHalf()
    {
        Table table;
        QSignalSpy asked(&table.view, &ui::FlowView::labelAsked);
        table.click(3, {}, FlowColumn::Label, 0.2);
        QCOMPARE(asked.count(), 1);
        QVERIFY(asked[0][0].value<hunt::Label>() == hunt::Label::Threat);
        QCOMPARE(table.selection.flows(), flows({3}));
        table.click(3, {}, FlowColumn::Label, 0.8);
        QVERIFY(asked[1][0].value<hunt::Label>() == hunt::Label::NotThreat);
        hunt::SupportSet support;
        support.set(flow::FlowId(3), hunt::Label::Threat);
        table.model.setSupport(support);
        table.click(3, {}, FlowColumn::Label, 0.2); // the same again takes it away
        QVERIFY(asked[2][0].value<hunt::Label>() == hunt::Label::None);
        table.click(3, {}, FlowColumn::Source);
        table.click(4, Qt::ControlModifier, FlowColumn::Label, 0.2); // chooses
        QCOMPARE(asked.count(), 3);
    }

    void aLabelCellUnderThePointerShowsWhatAClickWouldDo()
    {
        Table table;
        table.move(table.at(2, FlowColumn::Label, 0.2), Qt::NoButton);
        QTRY_COMPARE(table.view.cells().hover().row, 2);
        QVERIFY(table.view.cells().hover().label == hunt::Label::Threat);
        table.move(table.at(2, FlowColumn::Label, 0.8), Qt::NoButton);
        QTRY_VERIFY(table.view.cells().hover().label == hunt::Label::NotThreat);
        table.move(table.at(2, FlowColumn::Source), Qt::NoButton);
        QTRY_COMPARE(table.view.cells().hover().row, -1);
    }

    void aClickOnAHeadingSortsAndShiftAddsASecondColumn()
    {
        Table table;
        QSignalSpy asked(&table.view, &ui::FlowView::sortAsked);
        table.heading(FlowColumn::Duration);
        QVERIFY(table.view.order() == (std::vector<ui::SortBy>{{FlowColumn::Duration, true}}));
        table.heading(FlowColumn::Duration);
        QVERIFY(table.view.order() == (std::vector<ui::SortBy>{{FlowColumn::Duration, false}}));
        QTest::keyPress(&table.view, Qt::Key_Shift); // the application knows held keys from events
        table.heading(FlowColumn::Start, Qt::ShiftModifier);
        QTest::keyRelease(&table.view, Qt::Key_Shift);
        QVERIFY(table.view.order() ==
                (std::vector<ui::SortBy>{{FlowColumn::Duration, false}, {FlowColumn::Start, false}}));
        QCOMPARE(asked.count(), 3);
    }

    void theColumnMenuSortsFiltersHidesAndExplains()
    {
        Table table;
        table.click(2, {}, FlowColumn::DestinationPort);
        QMenu menu;
        ui::fillColumnMenu(menu, table.view, FlowColumn::DestinationPort);
        QSignalSpy filter(&table.view, &ui::FlowView::filterAsked);
        action(menu, "filterBy")->trigger();
        action(menu, "filterWithout")->trigger();
        action(menu, "filterAtMost")->trigger();
        QCOMPARE(filter[0][0].toString(), QStringLiteral("port.dst == 443"));
        QCOMPARE(filter[0][1].toBool(), true);
        QCOMPARE(filter[1][0].toString(), QStringLiteral("!(port.dst == 443)"));
        QCOMPARE(filter[1][1].toBool(), false);
        QCOMPARE(filter[2][0].toString(), QStringLiteral("port.dst <= 443"));
        action(menu, "sortDescending")->trigger();
        QVERIFY(table.view.order() == (std::vector<ui::SortBy>{{FlowColumn::DestinationPort, true}}));
        action(menu, "explainColumn")->trigger();
        auto* note = table.view.findChild<QDialog*>(QStringLiteral("columnNote"));
        QVERIFY(note != nullptr && note->isVisible() && !note->isModal());
        QVERIFY(note->findChild<QLabel*>(QStringLiteral("columnNoteText"))
                    ->text()
                    .contains(QStringLiteral("Used by the model")));
        note->close();
        action(menu, "hideColumn")->trigger();
        QVERIFY(table.view.isColumnHidden(static_cast<int>(FlowColumn::DestinationPort)));
        action(menu, "resetColumns")->trigger();
        QVERIFY(!table.view.isColumnHidden(static_cast<int>(FlowColumn::DestinationPort)));
    }

    void theHeadingOpensItsMenuAtARightClick()
    {
        Table table;
        Q_EMIT table.view.horizontalHeader()->customContextMenuRequested({5, 5});
        auto* menu = table.view.findChild<QMenu*>(QStringLiteral("columnMenu"));
        QTRY_VERIFY(menu != nullptr && menu->isVisible());
        QVERIFY(menu->findChild<QMenu*>(QStringLiteral("columnsMenu"))->actions().size() ==
                static_cast<int>(ui::flowColumns));
        menu->close();
    }

    void rowsAreCopiedAsTheyStandWithTheColumnsShown()
    {
        Table table;
        table.view.showColumns({{FlowColumn::SourcePort, 1}, {FlowColumn::Protocol, 1}});
        table.model.show(table.model.table(), {9, 4, 1});
        table.selection.select(flows({1, 9}));
        QMenu menu;
        ui::fillCellMenu(menu, table.view);
        action(menu, "copyCsv")->trigger();
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("Source port,Protocol\n40009,udp\n40001,tcp\n"));
        action(menu, "copyTsv")->trigger();
        QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("40009\tudp\n")));
    }

    void chosenRowsLookChosen()
    {
        Table table;
        const auto colours = [&](int row) {
            QSet<QRgb> seen;
            const QImage picture = table.view.viewport()->grab().toImage();
            const int y = static_cast<int>((table.view.rowViewportPosition(row) + 3) * picture.devicePixelRatio());
            for (int x = 0; x < 200; ++x)
                seen.insert(picture.pixel(x, y));
            return seen;
        };
        const QRgb highlight = table.view.palette().color(QPalette::Highlight).rgb();
        table.selection.select(flows({2, 5}));
        QVERIFY(colours(2).contains(highlight));
        QVERIFY(!colours(3).contains(highlight));
        QVERIFY(colours(5).contains(highlight));
    }

    void looksRightInLightAndDark()
    {
        for (const auto theme : {ui::Theme::Dark, ui::Theme::Light}) {
            ui::applyTheme(theme);
            const QString name = theme == ui::Theme::Dark ? QStringLiteral("dark") : QStringLiteral("light");
            Table table;
            auto names = std::make_shared<identify::Names>();
            auto flows300 = std::make_shared<flow::FlowTable>(names);
            for (std::uint32_t i = 0; i < 300; ++i) {
                flow::FlowRecord record = test::madeFlow(i);
                record.identity.host =
                    names->add(i % 7 == 0 ? std::string(400, 'w') : "<b>host</b>." + std::to_string(i));
                record.identity.application = names->add(i % 2 == 0 ? "TLS.Google" : "MySQL");
                record.identity.confidence = i % 2 == 0 ? identify::Confidence::Payload : identify::Confidence::Port;
                flows300->append(record);
            }
            table.model.show(flows300, table.model.rows());
            std::vector<float> values(300);
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = i % 9 == 8 ? ui::unscored : 1.0F - 0.003F * static_cast<float>(i);
            const auto scores = test::madeScores(values);
            table.model.setScores(scores);
            auto judgements = std::make_shared<ui::Judgements>();
            judgements->scores = scores;
            for (std::size_t i = 0; i < values.size(); ++i)
                judgements->verdicts.push_back(i % 9 == 8 ? ui::Judgements::none
                                                          : static_cast<std::uint8_t>(2 - i % 3));
            judgements->doubts.assign(values.size(), 0);
            table.model.setJudgements(judgements);
            hunt::SupportSet support;
            support.set(flow::FlowId(1), hunt::Label::Threat);
            support.set(flow::FlowId(2), hunt::Label::NotThreat);
            support.set(flow::FlowId(4), hunt::Label::Unsure);
            table.model.setSupport(support);
            table.view.showOrder({{FlowColumn::Verdict, true}, {FlowColumn::Start, false}});
            table.view.resize(1600, 500);
            table.click(8);
            table.click(10, Qt::ControlModifier);
            table.click(11, Qt::ControlModifier);
            table.move(table.at(6, FlowColumn::Label, 0.2), Qt::NoButton);
            QCOMPARE(table.view.cells().hover().row, 6);
            QVERIFY(test::showsSomething(table.view));
            test::keepPicture(table.view, QStringLiteral("flow-table-%1").arg(name));
            for (const auto& set : ui::columnSets::builtIn()) {
                table.view.showColumns(set.layout);
                test::keepPicture(table.view, QStringLiteral("flow-table-%1-%2").arg(set.name.toLower(), name));
            }
            QMenu menu(&table.view);
            ui::fillColumnMenu(menu, table.view, FlowColumn::Host);
            test::keepPicture(menu, QStringLiteral("column-menu-%1").arg(name));
            QVERIFY(menu.sizeHint().width() < 900); // whatever hosts are called
            QMenu cellMenu(&table.view);
            ui::fillCellMenu(cellMenu, table.view);
            test::keepPicture(cellMenu, QStringLiteral("cell-menu-%1").arg(name));
            action(menu, "explainColumn")->trigger();
            auto* note = table.view.findChild<QDialog*>(QStringLiteral("columnNote"));
            QVERIFY(note->width() >= note->minimumSizeHint().width());
            test::keepPicture(*note, QStringLiteral("column-note-%1").arg(name));
            note->close();
        }
    }

    void anEmptyTableTakesKeysAndClicks()
    {
        Table table(0);
        for (const int key : {Qt::Key_Down, Qt::Key_End, Qt::Key_Home, Qt::Key_Space, Qt::Key_PageDown, Qt::Key_Q})
            table.key(key);
        table.key(Qt::Key_A, Qt::ControlModifier);
        QTest::mouseClick(table.view.viewport(), Qt::LeftButton, {}, {50, 50});
        QVERIFY(table.selection.empty());
        QMenu menu;
        ui::fillCellMenu(menu, table.view);
        QVERIFY(!action(menu, "copyCell")->isEnabled());
    }
};

QTEST_MAIN(FlowViewTest)
#include "flow_view_test.moc"
