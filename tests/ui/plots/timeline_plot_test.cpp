// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "ui/plots/time_ticker.h"
#include "ui/plots/timeline_plot.h"

#include <numeric>

using namespace flowscent;

namespace {

constexpr base::Nanoseconds second = base::nanosecondsPerSecond;

base::Nanoseconds at(const char* iso)
{
    return base::parseIso(iso).value();
}

/// What the desk would answer about flows that start then; every other one passes when `half`.
std::shared_ptr<const ui::TimelineAnswer> answerFor(const std::vector<base::Nanoseconds>& starts, bool half = false)
{
    auto table = std::make_shared<flow::FlowTable>();
    ui::OverviewInput input;
    for (std::uint32_t i = 0; i < starts.size(); ++i) {
        flow::FlowRecord record = test::madeFlow(i);
        record.start = starts[i];
        record.last = starts[i];
        table->append(record);
        if (!half || i % 2 == 0)
            input.rows.push_back(i);
    }
    input.table = table;
    return ui::answer(input, {}, {});
}

/// Shown, so that its axes have their pixels.
struct Shown {
    ui::TimelinePlot plot;

    explicit Shown(std::shared_ptr<const ui::TimelineAnswer> answer)
    {
        plot.resize(900, 110);
        plot.show();
        plot.setAnswer(std::move(answer));
        plot.plot().replot();
        plot.setAnswer(plot.answer()); // now that the plot knows its own size
        plot.plot().replot();
    }
};

} // namespace

class TimelinePlotTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void onePacketIsOneBarInTheMiddleWithItsTime()
    {
        Shown shown(answerFor({at("2026-05-01T12:00:07.123456Z")}));
        const auto& bars = shown.plot.bars();
        QCOMPARE(shown.plot.answer()->passing.buckets.size(), std::size_t{1});
        const QRectF bar = bars.bar(0, 0);
        QVERIFY(bar.height() > 20);
        const QRect area = shown.plot.plot().axisRect()->rect();
        QVERIFY(std::abs(bar.center().x() - area.center().x()) < 3);
        QVERIFY2(shown.plot.tickLabels().contains(QStringLiteral("12:00:07.123")),
                 qPrintable(shown.plot.tickLabels().join(QLatin1Char(' '))));
        QVERIFY(shown.plot.barText(0).startsWith(QStringLiteral("12:00:07.123–12:00:07.124 UTC\n1 flow")));
    }

    void fortyYearsAreDrawnWithTheirYears()
    {
        std::vector<base::Nanoseconds> starts{0, at("2010-05-01T00:00:00Z")};
        Shown shown(answerFor(starts));
        const auto& answer = *shown.plot.answer();
        QVERIFY(answer.passing.buckets.size() <= answer.question.most);
        QVERIFY(answer.passing.buckets.step().unit == flow::TimeStep::Unit::Month);
        QVERIFY(!shown.plot.bars().bar(0, 0).isEmpty());
        QVERIFY(!shown.plot.bars().bar(answer.passing.buckets.size() - 1, 0).isEmpty());
        const QStringList labels = shown.plot.tickLabels();
        QVERIFY(labels.size() >= 3 && labels.size() <= 12);
        for (const QString& label : labels)
            QCOMPARE(label.size(), 4); // "1980"
    }

    void whatIsRareIsStillSeenAndTheRestStaysBehind()
    {
        std::vector<base::Nanoseconds> starts(3000, 0);
        for (int i = 0; i < 100; ++i)
            starts.push_back(i * second);
        Shown shown(answerFor(starts, true));
        const auto& bars = shown.plot.bars();
        const auto& buckets = shown.plot.answer()->passing.buckets;
        const std::size_t last = buckets.of(98 * second).value(); // one flow beside three thousand
        double height = 0;
        for (std::size_t group = 0; group < ui::timelineGroups; ++group)
            height += bars.bar(last, group).height();
        QVERIFY(height >= 2);
        const std::size_t filtered = buckets.of(99 * second).value(); // it does not pass
        for (std::size_t group = 0; group < ui::timelineGroups; ++group)
            QVERIFY(bars.bar(filtered, group).isEmpty());
        QVERIFY(bars.wholeBar(filtered).height() >= 2);
        const double line = bars.wholeBar(0).height();
        shown.plot.setRootScale(true);
        QCOMPARE(bars.wholeBar(0).height(), line); // the highest stays the highest
        shown.plot.setMeasure(ui::TimelineMeasure::Bytes);
        QVERIFY(bars.highest() > 0);
    }

    void stacksItsGroupsWithoutGapOrOverlap()
    {
        std::vector<base::Nanoseconds> starts(50, 0); // every fifth is udp
        Shown shown(answerFor(starts));
        const QRectF tcp = shown.plot.bars().bar(0, 0);
        const QRectF udp = shown.plot.bars().bar(0, 1);
        QCOMPARE(udp.bottom(), tcp.top());
        QVERIFY(std::abs(tcp.height() / udp.height() - 4) < 0.01);
        QVERIFY(shown.plot.bars().bar(0, 2).isEmpty());
        QVERIFY(shown.plot.barText(0).contains(QStringLiteral("tcp: 40 flows")));
    }

    void nothingToShowIsSaidAndAsksForNothing()
    {
        ui::TimelinePlot plot;
        plot.resize(600, 100);
        plot.setEmptyText(QStringLiteral("This capture holds no flows."));
        plot.setAnswer(nullptr);
        QSignalSpy brushed(&plot, &ui::TimelinePlot::brushed);
        QSignalSpy span(&plot, &ui::TimelinePlot::spanAsked);
        QVERIFY(!plot.grab().isNull());
        QTest::mousePress(&plot.plot(), Qt::LeftButton, {}, {100, 30});
        QTest::mouseMove(&plot.plot(), {300, 30});
        QTest::mouseRelease(&plot.plot(), Qt::LeftButton, {}, {300, 30});
        for (const Qt::Key key : {Qt::Key_Left, Qt::Key_Return, Qt::Key_Plus, Qt::Key_End})
            QTest::keyClick(&plot.plot(), key);
        QCOMPARE(brushed.count(), 0);
        QCOMPARE(span.count(), 0);
        QCOMPARE(plot.barText(0), QString());
    }

    void ticksSayWhatChanged()
    {
        using Unit = flow::TimeStep::Unit;
        QLocale::setDefault(QLocale::c());
        const auto noon = at("2026-05-01T12:00:00Z");
        QCOMPARE(ui::tickText(noon, std::nullopt, {Unit::Minute, 5}), QStringLiteral("01 May 12:00"));
        QCOMPARE(ui::tickText(noon, noon - 300 * second, {Unit::Minute, 5}), QStringLiteral("12:00"));
        QCOMPARE(ui::tickText(at("2026-05-02T00:00:00Z"), noon, {Unit::Hour, 12}), QStringLiteral("02 May 00:00"));
        QCOMPARE(ui::tickText(at("2027-01-01T00:00:00Z"), at("2026-12-01T00:00:00Z"), {Unit::Month, 1}),
                 QStringLiteral("Jan 2027"));
        QCOMPARE(ui::tickText(at("2027-02-01T00:00:00Z"), at("2027-01-01T00:00:00Z"), {Unit::Month, 1}),
                 QStringLiteral("Feb"));
    }
};

QTEST_MAIN(TimelinePlotTest)
#include "timeline_plot_test.moc"
