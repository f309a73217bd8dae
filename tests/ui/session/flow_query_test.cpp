// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "ui/session/arrangement.h"
#include "ui/session/flow_query.h"

#include <QSignalSpy>

using namespace flowscent;
using ui::FlowQuery;

namespace {

std::vector<std::uint32_t> passing(const FlowQuery& query, std::uint32_t flows)
{
    ui::ArrangeInput input;
    input.table = test::madeTable(flows);
    return ui::arrange(input, {.filter = query.filter(), .within = query.within(), .order = {}}, {}).value();
}

std::shared_ptr<const flow::FlowSet> setOf(const std::vector<std::uint32_t>& rows)
{
    return std::make_shared<const flow::FlowSet>(flow::FlowSet::ofRows(rows));
}

} // namespace

/// Every fifth made flow is udp.
class FlowQueryTest : public QObject {
    Q_OBJECT

    using Rows = std::vector<std::uint32_t>;

private Q_SLOTS:
    void textAndChipsMustAllHold()
    {
        FlowQuery query;
        QVERIFY(query.setText(QStringLiteral(" udp or port.src == 40000 ")));
        QCOMPARE(query.text(), QStringLiteral("udp or port.src == 40000"));
        QCOMPARE(passing(query, 12), (Rows{0, 4, 9}));
        QVERIFY(query.setChip({QStringLiteral("flagged"), QStringLiteral("only udp"), QStringLiteral("udp"), nullptr}));
        QCOMPARE(passing(query, 12), (Rows{4, 9}));
        QVERIFY(query.setChip({QStringLiteral("lasso"), QStringLiteral("2 flows"), QString(), setOf({0, 9, 11})}));
        QCOMPARE(passing(query, 12), (Rows{9}));
        query.removeChip(QStringLiteral("flagged"));
        QCOMPARE(passing(query, 12), (Rows{0, 9}));
    }

    void aChipTakesThePlaceOfTheOneOfItsName()
    {
        FlowQuery query;
        QVERIFY(query.setChip({QStringLiteral("lasso"), {}, {}, setOf({1, 2})}));
        QVERIFY(query.setChip({QStringLiteral("lasso"), {}, {}, setOf({2, 3})}));
        QCOMPARE(query.chips().size(), 1);
        QCOMPARE(passing(query, 12), (Rows{2, 3}));
    }

    void whatIsNoFilterChangesNothing()
    {
        FlowQuery query;
        QVERIFY(query.setText(QStringLiteral("udp")));
        QSignalSpy changed(&query, &FlowQuery::changed);
        QVERIFY(!query.setText(QStringLiteral("udp &&")));
        QVERIFY(!query.narrow(QStringLiteral("nonsense == 1")));
        // A bracket that the typed text leaves open must not find its end in a chip.
        QVERIFY(!query.setText(QStringLiteral("(udp")));
        QVERIFY(!query.setText(QStringLiteral("udp) || (tcp")));
        QCOMPARE(changed.count(), 0);
        QCOMPARE(query.text(), QStringLiteral("udp"));
    }

    void narrowingKeepsWhatWasThere()
    {
        FlowQuery query;
        QVERIFY(query.narrow(QStringLiteral("udp or tcp")));
        QVERIFY(query.narrow(QStringLiteral("port.src == 40004")));
        QCOMPARE(query.text(), QStringLiteral("(udp or tcp) && (port.src == 40004)"));
        QCOMPARE(passing(query, 12), (Rows{4}));
    }

    void anEarlierStateComesBackWhole()
    {
        FlowQuery query;
        QVERIFY(query.setText(QStringLiteral("udp")));
        QVERIFY(query.setChip({QStringLiteral("lasso"), {}, {}, setOf({4})}));
        const ui::QueryState before = query.state();
        query.clear();
        QCOMPARE(passing(query, 5).size(), std::size_t(5));
        QSignalSpy changed(&query, &FlowQuery::changed);
        query.restore(before);
        query.restore(before);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(passing(query, 12), (Rows{4}));
        query.forgetChips();
        QCOMPARE(passing(query, 12), (Rows{4, 9}));
    }

    void theLatestChangeIsTakenBackAndBroughtBack()
    {
        FlowQuery query;
        QVERIFY(query.setText(QStringLiteral("udp")));
        QVERIFY(query.setChip({QStringLiteral("lasso"), {}, {}, setOf({4})}));
        QVERIFY(query.setText(QStringLiteral("tcp")));
        query.undo();
        QCOMPARE(query.text(), QStringLiteral("udp"));
        QCOMPARE(query.chips().size(), 1);
        query.undo();
        QCOMPARE(query.text(), QStringLiteral("tcp"));
        // Flows of an earlier capture do not come back with the text.
        query.forgetChips();
        query.undo();
        QVERIFY(query.chips().isEmpty());
    }

    void whatIsHighlightedHidesNothing()
    {
        FlowQuery query;
        QSignalSpy changed(&query, &FlowQuery::changed);
        QSignalSpy highlighted(&query, &FlowQuery::highlightChanged);
        QVERIFY(query.setHighlight(QStringLiteral(" udp ")));
        QVERIFY(query.setHighlight(QStringLiteral("udp")));
        QVERIFY(!query.setHighlight(QStringLiteral("udp &&")));
        QCOMPARE(query.highlightText(), QStringLiteral("udp"));
        QCOMPARE(highlighted.count(), 1);
        QCOMPARE(changed.count(), 0);
        QVERIFY(query.filter().empty());
        ui::ArrangeInput input;
        input.table = test::madeTable(12);
        QCOMPARE(ui::arrange(input, {query.highlight(), nullptr, {}}, {}).value(), (Rows{4, 9}));
        QVERIFY(query.setHighlight({}));
        QVERIFY(query.highlight().empty());
    }
};

QTEST_APPLESS_MAIN(FlowQueryTest)
#include "flow_query_test.moc"
