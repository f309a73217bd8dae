// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_text.h"
#include "ui/panels/map_panel.h"
#include "ui/plots/flow_map.h"
#include "ui/session/flow_query.h"
#include "ui/window/theme.h"

#include <QAction>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QListWidget>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>

using namespace flowscent;
using test::Workbench;

namespace {

/// A window with the sample open and its map drawn.
struct MappedBench : Workbench {
    ui::MapPanel& panel = widget<ui::MapPanel>("mapPanel");
    ui::FlowMap& map = panel.map();
    QWidget& plot = widget<QWidget>("flowMap");
    ui::FlowSelection& selection = *window.findChild<ui::FlowSelection*>();
    ui::FlowQuery& query = *window.findChild<ui::FlowQuery*>();

    MappedBench()
    {
        session.setAdapting(ui::Adapting::Manual); // labels only
        window.resize(1600, 1000);
        if (!open({test::sampleCapture()}) || !QTest::qWaitFor([this] { return session.numbers() != nullptr; }, 60'000))
            qFatal("the sample could not be looked at");
        if (!QTest::qWaitFor([this] { return map.positionOf(flow::FlowId(0)).has_value(); }, 10'000))
            qFatal("there is no map");
        QTest::qWait(50); // drawn once: the axes have their size
    }
    [[nodiscard]] QPoint at(flow::FlowId flow) const { return map.positionOf(flow)->toPoint(); }
    /// Around everything that can be seen.
    void lassoAll()
    {
        const QRect area = plot.rect().adjusted(1, 1, -1, -1);
        const QList<QPoint> corners{area.topLeft(), area.topRight(), area.bottomRight(), area.bottomLeft()};
        QTest::mousePress(&plot, Qt::LeftButton, {}, corners[0]);
        for (const QPoint& corner : corners)
            move(corner, Qt::LeftButton);
        QTest::mouseRelease(&plot, Qt::LeftButton, {}, corners[3]);
    }
    void move(const QPoint& to, Qt::MouseButton button)
    {
        QMouseEvent event(QEvent::MouseMove, to, plot.mapToGlobal(to), Qt::NoButton, button, {});
        QApplication::sendEvent(&plot, &event);
    }
    [[nodiscard]] QMenu* menu() const
    {
        auto* found = panel.findChild<QMenu*>(QStringLiteral("mapLassoMenu"));
        return found != nullptr && found->isVisible() ? found : nullptr;
    }
    void choose(const char* action)
    {
        QPointer<QMenu> open = menu();
        QVERIFY(open);
        auto* found = open->findChild<QAction*>(QLatin1String(action));
        QVERIFY(found);
        found->trigger();
        open->close();
        QTRY_VERIFY(!open);
    }
};

} // namespace

class MapPanelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }

    void withoutACaptureItSaysWhatToDo()
    {
        Workbench bench;
        QVERIFY(bench.widget<QLabel>("mapEmpty").text().contains(QStringLiteral("Open a capture")));
        QVERIFY(bench.widget<QLabel>("mapEmpty").isVisibleTo(&bench.widget<ui::MapPanel>("mapPanel")));
    }

    void aClickChoosesAFlowAndAChoiceIsMarked()
    {
        MappedBench bench;
        const flow::FlowId flow(11);
        QTest::mouseClick(&bench.plot, Qt::LeftButton, {}, bench.at(flow));
        QCOMPARE(bench.selection.count(), std::size_t{1});
        const flow::FlowId picked = *bench.selection.current();
        QVERIFY(bench.selection.contains(picked));
        QVERIFY((bench.at(picked) - bench.at(flow)).manhattanLength() <= 1); // equal flows share a place

        QTest::qWait(50);
        const QImage before = bench.plot.grab().toImage();
        bench.selection.select(flow::FlowSet());
        QTest::qWait(50);
        QVERIFY(bench.plot.grab().toImage() != before);
    }

    void aLassoLabelsWhatIsInside()
    {
        MappedBench bench;
        bench.plot.setFocus();
        QTest::keyClick(&bench.plot, Qt::Key_L);
        QVERIFY(bench.map.lassoMode());
        bench.lassoAll();
        QTRY_VERIFY(bench.menu());
        std::size_t placed = 0;
        for (std::uint32_t row = 0; row < bench.session.table()->size(); ++row)
            placed += bench.map.positionOf(flow::FlowId(row)) ? 1U : 0U;
        auto* action = bench.menu()->findChild<QAction*>(QStringLiteral("mapLabelNotThis"));
        QCOMPARE(action->text(), QStringLiteral("Label %1 as not this").arg(ui::flowsText(placed)));
        bench.choose("mapLabelNotThis");
        QCOMPARE(bench.session.labels().support().count(hunt::Label::NotThreat),
                 std::size_t{0}); // so many are asked about
        QTest::mouseClick(&bench.widget<QPushButton>("questionAll"), Qt::LeftButton);
        QCOMPARE(bench.session.labels().support().count(hunt::Label::NotThreat), placed);
        QApplication::setActiveWindow(&bench.window); // the menu had the keyboard, and nobody gives it back here
        bench.plot.setFocus();
        QTest::keyClick(&bench.plot, Qt::Key_U); // the keys of the table hold here too
        QTest::mouseClick(&bench.widget<QPushButton>("questionOverwrite"), Qt::LeftButton);
        QCOMPARE(bench.session.labels().support().count(hunt::Label::Unsure), placed);
        QTest::keyClick(&bench.plot, Qt::Key_Escape);
        QVERIFY(!bench.map.lassoMode());
    }

    void aLassoOfNothingAsksNothing()
    {
        MappedBench bench;
        bench.map.setLassoMode(true);
        Q_EMIT bench.map.flowsLassoed({}, {});
        QVERIFY(!bench.menu());
    }

    void aLassoNarrowsTheFilterAndWhatIsOutsideCannotBePicked()
    {
        MappedBench bench;
        const flow::FlowSet chosen(std::vector{flow::FlowId(3), flow::FlowId(4)});
        Q_EMIT bench.map.flowsLassoed(chosen, bench.plot.mapToGlobal(QPoint(30, 30)));
        QTRY_VERIFY(bench.menu());
        bench.choose("mapAddToFilter");
        QCOMPARE(bench.query.chips().size(), 1);
        QTRY_VERIFY(bench.session.lastArranged()->rows.size() == 2);
        QTest::qWait(50);
        bench.map.setLassoMode(true);
        QSignalSpy lassoed(&bench.map, &ui::FlowMap::flowsLassoed);
        bench.lassoAll();
        QCOMPARE(lassoed.count(), 1);
        QCOMPARE(lassoed[0][0].value<flow::FlowSet>(), chosen);
    }

    void theWheelZoomsADragMovesAndHomeShowsAll()
    {
        MappedBench bench;
        const QPoint first = bench.at(flow::FlowId(0));
        const QPoint second = bench.at(flow::FlowId(200));
        QTest::mousePress(&bench.plot, Qt::LeftButton, {}, {50, 50});
        bench.move({90, 70}, Qt::LeftButton);
        QTest::mouseRelease(&bench.plot, Qt::LeftButton, {}, {90, 70});
        QVERIFY((bench.at(flow::FlowId(0)) - first - QPoint(40, 20)).manhattanLength() <= 2);
        QCOMPARE(bench.selection.count(), std::size_t{0});
        QWheelEvent wheel(QPointF(60, 60), bench.plot.mapToGlobal(QPointF(60, 60)), {}, {0, 120}, {}, {},
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(&bench.plot, &wheel);
        const QPoint apart = bench.at(flow::FlowId(200)) - bench.at(flow::FlowId(0));
        QVERIFY(apart.manhattanLength() > (second - first).manhattanLength());
        bench.plot.setFocus();
        QTest::keyClick(&bench.plot, Qt::Key_Home);
        QCOMPARE(bench.at(flow::FlowId(0)), first);
    }

    void theLegendTellsAndHides()
    {
        MappedBench bench;
        auto& legend = bench.widget<QListWidget>("mapLegend");
        QTRY_COMPARE(legend.count(), 4);
        QVERIFY(legend.item(0)->text().startsWith(QStringLiteral("no label")));
        const QImage before = bench.plot.grab().toImage();
        legend.item(0)->setCheckState(Qt::Unchecked);
        QTest::qWait(50);
        QVERIFY(bench.plot.grab().toImage() != before);
        QSignalSpy lassoed(&bench.map, &ui::FlowMap::flowsLassoed);
        bench.map.setLassoMode(true);
        bench.lassoAll();
        QCOMPARE(lassoed.count(), 1);
        QVERIFY(lassoed[0][0].value<flow::FlowSet>().empty());
        bench.widget<QComboBox>("mapColouring").setCurrentIndex(2);
        QTRY_VERIFY(legend.count() > 2 && legend.item(0)->text().startsWith(QStringLiteral("other")));
        QCOMPARE(legend.item(1)->checkState(), Qt::Checked);
    }

    void aRefinedLayoutCanBeStoppedAndMade()
    {
        MappedBench bench;
        auto& refine = bench.widget<QPushButton>("mapRefine");
        auto& stop = bench.widget<QPushButton>("mapStop");
        auto& banner = bench.widget<QLabel>("mapBanner");
        const auto kind = ui::MapLayout::Kind::Umap;
        QSignalSpy ended(&bench.panel.desk(), &ui::MapDesk::refineEnded);
        QTest::mouseClick(&refine, Qt::LeftButton);
        QVERIFY(bench.panel.desk().refining());
        QVERIFY(stop.isVisibleTo(&bench.panel) && !refine.isVisibleTo(&bench.panel));
        QTest::mouseClick(&stop, Qt::LeftButton);
        QCOMPARE(ended.count(), 1);
        QVERIFY(!bench.panel.desk().layout(kind));
        QVERIFY(banner.text().contains(QStringLiteral("no UMAP layout yet")));

        bench.panel.desk().setMost(150);
        QTest::mouseClick(&refine, Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 2, 60'000);
        const auto layout = bench.panel.desk().layout(kind);
        QVERIFY(layout && layout->settled && layout->beside > 0);
        QVERIFY(banner.text().contains(QStringLiteral("beside their nearest")));
        QVERIFY(refine.isVisibleTo(&bench.panel));

        bench.session.open({test::sampleCapture()}); // nothing of the old capture stays
        QTRY_VERIFY_WITH_TIMEOUT(!bench.panel.desk().layout(kind), 60'000);
    }

    void canBeSeenInLightAndDark()
    {
        MappedBench bench;
        const auto beacon = test::sampleBeacon(*bench.session.table());
        bench.session.assign({beacon.begin(), beacon.begin() + 3}, hunt::Label::Threat);
        bench.session.adapt();
        QVERIFY(bench.waitForScores());
        bench.selection.select(std::vector<flow::FlowId>{beacon.begin(), beacon.begin() + 5});
        const auto keep = [&](const QString& name) {
            QTest::qWait(150);
            QVERIFY(test::showsSomething(bench.panel));
            test::keepPicture(bench.window, name + QStringLiteral("-window"));
            test::keepPicture(bench.panel, name);
        };
        bench.widget<QComboBox>("mapColouring").setCurrentIndex(2);
        keep(QStringLiteral("map-application"));
        bench.widget<QDockWidget>("mapDock").setFloating(true);
        bench.panel.window()->resize(360, 520);
        keep(QStringLiteral("map-floating"));
        bench.widget<QDockWidget>("mapDock").setFloating(false);
        bench.widget<QComboBox>("mapColouring").setCurrentIndex(1);
        QSignalSpy ended(&bench.panel.desk(), &ui::MapDesk::refineEnded);
        bench.widget<QPushButton>("mapRefine").click();
        QTRY_COMPARE_WITH_TIMEOUT(ended.count(), 1, 60'000);
        keep(QStringLiteral("map-umap-score"));
        ui::applyTheme(ui::Theme::Dark);
        bench.widget<QComboBox>("mapColouring").setCurrentIndex(3);
        keep(QStringLiteral("map-umap-verdict-dark"));
        bench.widget<QComboBox>("mapColouring").setCurrentIndex(2);
        keep(QStringLiteral("map-umap-application-dark"));
        ui::applyTheme(ui::Theme::Light);
    }
};

QTEST_MAIN(MapPanelTest)
#include "map_panel_test.moc"
