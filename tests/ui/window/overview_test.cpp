// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/hunt/filter.h"
#include "tests/ui/support/workbench.h"
#include "ui/models/flow_selection.h"
#include "ui/models/host_model.h"
#include "ui/models/share_model.h"
#include "ui/panels/timeline_panel.h"
#include "ui/plots/timeline_plot.h"
#include "ui/session/flow_query.h"
#include "ui/window/theme.h"

#include <QClipboard>
#include <QComboBox>
#include <QListView>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>
#include <QTabWidget>
#include <QWheelEvent>

#include <algorithm>
#include <numeric>

using namespace flowscent;
using test::Workbench;

namespace {

/// What is on the tabs, in their order.
enum Tab { Flows, Hosts, Conversations, Statistics };

/// The window with the sample in it, after its timeline has been drawn.
struct Explored : Workbench {
    ui::TimelinePlot& timeline = widget<ui::TimelinePanel>("timelinePanel").plot();
    QTabWidget& tabs = widget<QTabWidget>("exploreTabs");

    explicit Explored(const QStringList& files = {test::sampleCapture()})
    {
        session.setAdapting(ui::Adapting::Manual); // labels only
        const bool drawn =
            open(files) &&
            QTest::qWaitFor([this] { return shown() == session.table()->size() && timeline.bars().highest() > 0; },
                            60'000);
        if (!drawn)
            qFatal("not read and drawn in time");
        QTest::qWait(100); // a plot is laid out when it is painted
    }
    [[nodiscard]] std::size_t shown()
    {
        return static_cast<std::size_t>(widget<QTableView>("flowTable").model()->rowCount());
    }
    [[nodiscard]] QPoint at(double share) // of the width of the plot
    {
        const QRect area = timeline.plot().axisRect()->rect();
        return {area.left() + static_cast<int>(share * area.width()), area.center().y()};
    }
    void dragOver(double from, double to)
    {
        QTest::mousePress(&timeline.plot(), Qt::LeftButton, {}, at(from));
        QTest::mouseMove(&timeline.plot(), at((from + to) / 2));
        QTest::mouseMove(&timeline.plot(), at(to));
        QTest::mouseRelease(&timeline.plot(), Qt::LeftButton, {}, at(to));
    }
    [[nodiscard]] std::size_t startingIn(const ui::TimeRange& range) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(
            session.table()->start, [&](auto start) { return start >= range.begin && start < range.end; }));
    }
};

} // namespace

/// Timeline, hosts, conversations and statistics of a real window, by mouse and keyboard.
class OverviewTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }

    void brushingAddsAChipAndEverythingFollows()
    {
        Explored bench;
        bench.dragOver(0.2, 0.5);
        QTRY_COMPARE(bench.window.query().chips().size(), 1);
        const ui::QueryChip chip = bench.window.query().chips().front();
        QCOMPARE(chip.name, QStringLiteral("time"));
        const auto range = ui::timeRangeOf(chip);
        QVERIFY(range.has_value());
        QVERIFY(hunt::Filter::parse(chip.expression.toStdString()));
        const std::size_t within = bench.startingIn(*range);
        QVERIFY(within > 0 && within < bench.session.table()->size());
        QTRY_COMPARE(bench.shown(), within);
        // The bars before the faint ones are those flows, and the rest of the capture stays to be seen.
        const auto passing = [&] {
            std::uint64_t flows = 0;
            const auto answer = bench.widget<ui::TimelinePanel>("timelinePanel").plot().answer();
            for (std::size_t bucket = 0; bucket < answer->passing.buckets.size(); ++bucket)
                flows += answer->passing.total(bucket).flows;
            return flows;
        };
        QTRY_COMPARE(passing(), std::uint64_t{within});

        // An edge of the brush can be moved.
        const auto pixel = [&](base::Nanoseconds time) {
            return QPoint(static_cast<int>(bench.timeline.bars().pixelOf(time)), bench.at(0).y());
        };
        QTest::mousePress(&bench.timeline.plot(), Qt::LeftButton, {}, pixel(range->end));
        QTest::mouseMove(&bench.timeline.plot(), bench.at(0.7));
        QTest::mouseMove(&bench.timeline.plot(), bench.at(0.8));
        QTest::mouseRelease(&bench.timeline.plot(), Qt::LeftButton, {}, bench.at(0.8));
        const auto moved = ui::timeRangeOf(bench.window.query().state());
        QVERIFY(moved.has_value());
        QCOMPARE(moved->begin, range->begin);
        QVERIFY(moved->end > range->end);
        QTRY_COMPARE(bench.shown(), bench.startingIn(*moved));

        QTest::keyClick(&bench.timeline.plot(), Qt::Key_Escape);
        QVERIFY(bench.window.query().chips().isEmpty());
        QTRY_COMPARE(bench.shown(), bench.session.table()->size());
        QVERIFY(!bench.timeline.brush());
    }

    void aChipThatComesBackBringsItsBrush()
    {
        Explored bench;
        bench.dragOver(0.1, 0.3);
        QTRY_VERIFY(bench.timeline.brush().has_value());
        const ui::QueryState state = bench.window.query().state();
        const auto brush = bench.timeline.brush();
        bench.window.query().clear();
        QVERIFY(!bench.timeline.brush());
        bench.window.query().restore(state);
        QCOMPARE(bench.timeline.brush(), brush);
    }

    void theKeyboardGoesFromBarToBarAndBrushes()
    {
        Explored bench;
        auto& plot = bench.timeline.plot();
        plot.setFocus();
        QTest::keyClick(&plot, Qt::Key_Home);
        QTest::keyClick(&plot, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keyClick(&plot, Qt::Key_Right, Qt::ShiftModifier);
        QVERIFY(plot.accessibleDescription().contains(QStringLiteral("UTC")));
        QTest::keyClick(&plot, Qt::Key_Return);
        const auto range = ui::timeRangeOf(bench.window.query().state());
        QVERIFY(range.has_value());
        const auto answer = bench.timeline.answer();
        QCOMPARE(range->begin, answer->passing.buckets.begin(0));
        QCOMPARE(range->end, answer->passing.buckets.end(2));
        QTRY_COMPARE(bench.shown(), bench.startingIn(*range));
    }

    void theWheelZoomsAndADoubleClickShowsEverythingAgain()
    {
        Explored bench;
        const flow::TimeStep whole = bench.timeline.answer()->passing.buckets.step();
        for (int notch = 0; notch < 12; ++notch) {
            const QPointF place = bench.at(0.5);
            QWheelEvent wheel(place, bench.timeline.plot().mapToGlobal(place.toPoint()), {}, {0, 120}, {}, {},
                              Qt::NoScrollPhase, false);
            const auto before = bench.timeline.answer();
            QApplication::sendEvent(&bench.timeline.plot(), &wheel);
            QTRY_VERIFY(bench.timeline.answer() != before);
        }
        const auto& buckets = bench.timeline.answer()->passing.buckets;
        QVERIFY(bench.timeline.answer()->question.span.has_value());
        QVERIFY(buckets.end(buckets.size() - 1) - buckets.begin(0) <
                (bench.timeline.answer()->whole.last - bench.timeline.answer()->whole.first) / 4);
        QVERIFY(bench.window.query().chips().isEmpty()); // looking closer filters nothing
        QTest::mouseDClick(&bench.timeline.plot(), Qt::LeftButton, {}, bench.at(0.5));
        QTRY_VERIFY(!bench.timeline.answer()->question.span.has_value());
        QVERIFY((bench.timeline.answer()->passing.buckets.step() == whole));
    }

    void hostsAndConversationsFollowTheFilterAndNarrowIt()
    {
        Explored bench;
        bench.tabs.setCurrentIndex(Hosts);
        auto& hosts = bench.widget<QTableView>("hostTable");
        QTRY_VERIFY(hosts.model()->rowCount() > 3);
        const int all = hosts.model()->rowCount();
        QVERIFY(bench.window.query().setText(QStringLiteral("udp")));
        QTRY_VERIFY(hosts.model()->rowCount() < all && hosts.model()->rowCount() > 0);
        bench.window.query().clear();
        QTRY_COMPARE(hosts.model()->rowCount(), all);

        hosts.setFocus();
        hosts.setCurrentIndex(hosts.model()->index(1, 0));
        QVERIFY(bench.window.selection().empty()); // moving about chooses nothing
        const QString address = hosts.model()->index(1, ui::HostModel::Address).data().toString();
        QTest::keyClick(&hosts, Qt::Key_C);
        const std::size_t chosen = bench.window.selection().count();
        QVERIFY(chosen > 0);
        QTest::keyClick(&hosts, Qt::Key_Return);
        QCOMPARE(bench.window.query().text(), QStringLiteral("ip.addr == %1").arg(address));
        QTRY_COMPARE(bench.shown(), chosen);

        bench.window.query().clear();
        bench.tabs.setCurrentIndex(Conversations);
        auto& talks = bench.widget<QTableView>("conversationTable");
        const auto& table = *bench.session.table();
        std::vector<std::uint32_t> rows(table.size());
        std::iota(rows.begin(), rows.end(), 0U);
        const auto pairs = static_cast<int>(flow::peers(table, rows, {})->conversations.size());
        QTRY_COMPARE(talks.model()->rowCount(), pairs);
        const int row = talks.model()->rowCount() - 1;
        const QModelIndex last = talks.model()->index(row, 0);
        talks.scrollTo(last);
        talks.setCurrentIndex(last);
        QTest::mouseClick(talks.viewport(), Qt::LeftButton, {}, talks.visualRect(last).center());
        QTest::mouseDClick(talks.viewport(), Qt::LeftButton, {}, talks.visualRect(last).center());
        QVERIFY(bench.window.query().text().startsWith(QStringLiteral("ip.addr == ")));
        QTRY_COMPARE(talks.model()->rowCount(), 1);
    }

    void labellingKeysOnAHostLabelAllItsFlows()
    {
        Explored bench;
        bench.tabs.setCurrentIndex(Hosts);
        auto& hosts = bench.widget<QTableView>("hostTable");
        QTRY_VERIFY(hosts.model()->rowCount() > 3);
        hosts.setFocus();
        const int row = hosts.model()->rowCount() - 1; // of those with the fewest flows that it opened
        hosts.selectRow(row);
        const auto& model = static_cast<const ui::HostModel&>(*hosts.model());
        const std::size_t flows = model.flowsOf(row).size();
        QTest::keyClick(&hosts, Qt::Key_X);
        QTRY_COMPARE(bench.session.labels().support().count(hunt::Label::NotThreat), flows);
        const QString key = hosts.model()->index(row, 0).data(ui::SummaryModel::KeyRole).toString();
        QTRY_VERIFY(!model.index(model.rowOf(key), ui::HostModel::Labels).data().toString().isEmpty());
        QCOMPARE(hosts.currentIndex().data(ui::SummaryModel::KeyRole).toString(), key); // still at the same host
    }

    void aClickInTheStatisticsNarrowsTheFilterToWhatItSays()
    {
        Explored bench;
        bench.tabs.setCurrentIndex(Statistics);
        auto& protocols = bench.widget<QListView>("shares0");
        QTRY_VERIFY(protocols.model()->rowCount() > 1);
        const QModelIndex second = protocols.model()->index(1, 0);
        QString said = second.data(ui::ShareModel::ValueRole).toString();
        said.remove(QChar(0x202F));
        QTest::mouseClick(protocols.viewport(), Qt::LeftButton, {}, protocols.visualRect(second).center());
        QVERIFY(bench.window.query().text().startsWith(QStringLiteral("proto == ")));
        QTRY_COMPARE(bench.shown(), std::size_t{said.toULong()});
        QTRY_COMPARE(protocols.model()->rowCount(), 1);
        QTest::mouseClick(&bench.widget<QPushButton>("statisticsCopy"), Qt::LeftButton);
        QVERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("topic,name,flows")));
    }

    void looksRightInLightAndDark_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void looksRightInLightAndDark()
    {
        QFETCH(bool, dark);
        ui::applyTheme(dark ? ui::Theme::Dark : ui::Theme::Light);
        Explored bench;
        bench.window.resize(1280, 800);
        bench.session.setAdapting(ui::Adapting::Live);
        const auto beacon = test::sampleBeacon(*bench.session.table());
        QVERIFY(bench.mark({beacon.begin(), beacon.begin() + 3}, hunt::Label::Threat));
        QTRY_VERIFY(bench.session.judgements() != nullptr);
        bench.widget<QComboBox>("timelineGroups").setCurrentIndex(1);
        QTRY_VERIFY(bench.timeline.answer()->question.groups == ui::TimelineGroups::Verdict);
        QTRY_VERIFY(std::ranges::any_of(bench.timeline.answer()->alarms, [](auto count) { return count > 0; }));
        bench.dragOver(0.3, 0.6);
        QTRY_VERIFY(bench.timeline.brush().has_value());
        const QString theme = dark ? QStringLiteral("dark") : QStringLiteral("light");
        const std::array<const char*, 4> names{"flows", "hosts", "conversations", "statistics"};
        for (int tab = Flows; tab <= Statistics; ++tab) {
            bench.tabs.setCurrentIndex(tab);
            QTest::qWait(300);
            test::keepPicture(
                bench.window,
                QStringLiteral("overview-%1-%2").arg(QLatin1String(names[static_cast<std::size_t>(tab)]), theme));
            QVERIFY(test::showsSomething(*bench.tabs.currentWidget()));
        }
        QVERIFY(test::showsSomething(bench.timeline));
        // In a window of 1100 by 700, the smallest that is to be of use, docks must have room beside them.
        bench.window.resize(1100, 700);
        QTest::qWait(100);
        QCOMPARE(bench.window.size(), QSize(1100, 700));
        QTest::qWait(100);
        const QSize least = bench.widget<QSplitter>("exploreSplit").minimumSizeHint();
        QVERIFY(least.width() < 600 && least.height() < 300);
        test::keepPicture(bench.window, QStringLiteral("overview-small-%1").arg(theme));
    }
};

QTEST_MAIN(OverviewTest)
#include "overview_test.moc"
