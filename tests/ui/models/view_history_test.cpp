// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "ui/models/flow_selection.h"
#include "ui/models/view_history.h"

#include <QSignalSpy>

using namespace flowscent;
using ui::FlowQuery;
using ui::FlowSelection;
using ui::ViewHistory;

namespace {

constexpr std::chrono::milliseconds never{0};       ///< every change is a step
constexpr std::chrono::milliseconds always{60'000}; ///< longer than any test

std::vector<flow::FlowId> flows(std::initializer_list<std::uint32_t> ids)
{
    return {ids.begin(), ids.end()};
}

} // namespace

class ViewHistoryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bringsBackWhatWasAskedForChosenAndLookedAt()
    {
        FlowQuery query;
        FlowSelection selection;
        ViewHistory history(query, selection, nullptr, never);
        QVERIFY(!history.canGoBack());
        QVERIFY(query.setText(QStringLiteral("udp")));
        selection.select(flows({4, 9}));
        selection.setCurrent(flow::FlowId(9));
        QVERIFY(query.setChip({QStringLiteral("time"), QStringLiteral("noon"), QStringLiteral("dur > 1"), nullptr}));
        selection.clear(); // two changes: none chosen, none looked at

        history.goBack();
        history.goBack();
        QCOMPARE(selection.flows(), flows({4, 9}));
        QVERIFY(selection.current() == flow::FlowId(9));
        QCOMPARE(query.chips().size(), 1);
        history.goBack();
        QVERIFY(query.chips().isEmpty());
        QCOMPARE(query.text(), QStringLiteral("udp"));
        QCOMPARE(selection.flows(), flows({4, 9}));
        history.goBack();
        history.goBack();
        QVERIFY(selection.empty());
        QVERIFY(!selection.current());
        history.goBack();
        QVERIFY(query.state().empty());
        QVERIFY(!history.canGoBack());

        for (int i = 0; i < 20; ++i)
            history.goForward();
        QVERIFY(!history.canGoForward());
        QCOMPARE(query.chips().size(), 1);
        QVERIFY(selection.empty());
    }

    void changesThatFollowEachOtherCloselyAreOneStep()
    {
        FlowQuery query;
        FlowSelection selection;
        ViewHistory history(query, selection, nullptr, always);
        QVERIFY(query.setText(QStringLiteral("udp")));
        for (std::uint32_t i = 0; i < 10; ++i)
            selection.setCurrent(flow::FlowId(i));
        history.goBack();
        QVERIFY(query.state().empty());
        QVERIFY(!selection.current());
        QVERIFY(!history.canGoBack());
        history.goForward();
        QCOMPARE(query.text(), QStringLiteral("udp"));
        QVERIFY(selection.current() == flow::FlowId(9));
        // What comes after going back is a step of its own.
        QVERIFY(query.setText(QStringLiteral("tcp")));
        history.goBack();
        QCOMPARE(query.text(), QStringLiteral("udp"));
    }

    void aNewWayForgetsTheOldOne()
    {
        FlowQuery query;
        FlowSelection selection;
        ViewHistory history(query, selection, nullptr, never);
        QVERIFY(query.setText(QStringLiteral("udp")));
        QVERIFY(query.setText(QStringLiteral("tcp")));
        history.goBack();
        QVERIFY(history.canGoForward());
        QVERIFY(query.setText(QStringLiteral("dns")));
        QVERIFY(!history.canGoForward());
        history.goBack();
        QCOMPARE(query.text(), QStringLiteral("udp"));
    }

    void keepsAHundredStates()
    {
        FlowQuery query;
        FlowSelection selection;
        ViewHistory history(query, selection, nullptr, never);
        for (std::uint32_t i = 0; i < 250; ++i)
            selection.setCurrent(flow::FlowId(i));
        std::size_t steps = 0;
        for (; history.canGoBack(); ++steps)
            history.goBack();
        QCOMPARE(steps + 1, ViewHistory::mostStates);
        QVERIFY(selection.current() == flow::FlowId(150));
    }

    void anotherCaptureStartsAnew()
    {
        FlowQuery query;
        FlowSelection selection;
        ViewHistory history(query, selection, nullptr, always);
        selection.select(flows({1}));
        QSignalSpy changed(&history, &ViewHistory::changed);
        history.clear();
        QCOMPARE(changed.count(), 1);
        QVERIFY(!history.canGoBack());
        selection.select(flows({2}));
        QVERIFY(history.canGoBack());
    }
};

QTEST_APPLESS_MAIN(ViewHistoryTest)
#include "view_history_test.moc"
