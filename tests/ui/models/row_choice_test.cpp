// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "ui/models/flow_mime.h"
#include "ui/models/flow_selection.h"
#include "ui/models/flow_table_model.h"
#include "ui/models/row_choice.h"

using namespace flowscent;
using Flows = std::vector<flow::FlowId>;

namespace {

Flows flows(std::initializer_list<std::uint32_t> ids)
{
    Flows made;
    for (const std::uint32_t id : ids)
        made.emplace_back(id);
    return made;
}

struct Rows {
    ui::FlowTableModel model;
    ui::FlowSelection selection;
    ui::RowChoice choice{model, selection};

    /// Flow 9 stands in row 0, flow 0 in row 9.
    Rows() { model.show(test::madeTable(12), {9, 8, 7, 6, 5, 4, 3, 2, 1, 0}); }
};

} // namespace

/// What clicks and keys on rows choose.
class RowChoiceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aRangeGoesFromTheLastClickInTheOrderShown()
    {
        Rows rows;
        rows.choice.only(2);
        QCOMPARE(rows.selection.flows(), flows({7}));
        rows.choice.extendTo(5, false);
        QCOMPARE(rows.selection.flows(), flows({4, 5, 6, 7}));
        rows.choice.extendTo(0, false); // the other way round, from the same end
        QCOMPARE(rows.selection.flows(), flows({7, 8, 9}));
    }

    void aRangeWithControlKeepsTheOthers()
    {
        Rows rows;
        rows.choice.only(0);
        rows.choice.toggle(6);
        rows.choice.extendTo(8, true);
        QCOMPARE(rows.selection.flows(), flows({1, 2, 3, 9}));
        rows.choice.extendTo(7, true); // shorter again: what was there before the range stays
        QCOMPARE(rows.selection.flows(), flows({2, 3, 9}));
    }

    void theAnchorIsAFlowAndMovesWithIt()
    {
        Rows rows;
        rows.choice.only(2); // flow 7
        rows.model.show(rows.model.table(), {0, 1, 2, 7, 8, 9});
        rows.choice.extendTo(5, false);
        QCOMPARE(rows.selection.flows(), flows({7, 8, 9}));
        rows.model.show(rows.model.table(), {0, 1, 2}); // filtered away
        rows.choice.extendTo(1, false);
        QCOMPARE(rows.selection.flows(), flows({1}));
    }

    void allAreTheShownOnesAndInvertingLeavesOutTheChosen()
    {
        Rows rows;
        rows.choice.all();
        QCOMPARE(rows.selection.count(), std::size_t{10});
        rows.choice.toggle(3);
        rows.choice.invert();
        QCOMPARE(rows.selection.flows(), flows({6}));
        std::vector<std::uint32_t> every(12);
        for (std::uint32_t i = 0; i < 12; ++i)
            every[i] = i;
        rows.model.show(rows.model.table(), every);
        rows.choice.all();
        QCOMPARE(rows.selection.count(), std::size_t{12});
    }

    void choosingTheSameAgainTellsNothing()
    {
        Rows rows;
        rows.choice.only(2);
        QSignalSpy changed(&rows.selection, &ui::FlowSelection::changed);
        rows.choice.only(2);
        QCOMPARE(changed.count(), 0);
        rows.choice.toggle(2);
        QCOMPARE(changed.count(), 1);
        QVERIFY(rows.selection.empty());
    }

    void draggedFlowsArriveWholeAndNothingElseDoes()
    {
        const Flows sent = flows({3, 4'000'000'000U, 0});
        QCOMPARE(ui::flowsOf(*ui::flowMime(sent)), std::optional(sent));
        QMimeData words;
        words.setText(QStringLiteral("3 4 5"));
        QVERIFY(!ui::flowsOf(words));
        QMimeData foreign; // of another process, whose ids are other flows
        QByteArray bytes = ui::flowMime(sent)->data(ui::flowMimeType());
        bytes[6] = static_cast<char>(bytes[6] ^ 1);
        foreign.setData(ui::flowMimeType(), bytes);
        QVERIFY(!ui::flowsOf(foreign));
        QMimeData cut;
        cut.setData(ui::flowMimeType(), ui::flowMime(sent)->data(ui::flowMimeType()).chopped(1));
        QVERIFY(!ui::flowsOf(cut));
    }
};

QTEST_GUILESS_MAIN(RowChoiceTest)
#include "row_choice_test.moc"
