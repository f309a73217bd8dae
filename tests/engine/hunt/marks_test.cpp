// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QTest>

#include "engine/hunt/label_history.h"

using namespace flowscent;
using flow::FlowId;
using hunt::Label;

namespace {

std::vector<FlowId> flows(std::initializer_list<std::uint32_t> rows)
{
    std::vector<FlowId> ids;
    for (const std::uint32_t row : rows)
        ids.emplace_back(row);
    return ids;
}

hunt::ActContext at(double seconds)
{
    return {static_cast<base::Nanoseconds>(seconds * 1e9), "ann", "", 3};
}

} // namespace

/// Threats, bookmarks, notes and backgrounds in the one stack of what was done.
class MarksTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void examplesOfAnotherThreatAreCounterExamples()
    {
        hunt::LabelHistory history;
        history.assign(flows({1, 2}), Label::Threat);
        QVERIFY(history.assignThreat(flows({3}), 2));
        QVERIFY(history.support().label(FlowId(1)) == Label::Threat);
        QVERIFY(history.support().label(FlowId(3)) == Label::NotThreat);
        QVERIFY(history.chooseThreat(2));
        QVERIFY(history.support().label(FlowId(1)) == Label::NotThreat);
        QVERIFY(history.support().label(FlowId(3)) == Label::Threat);
        QVERIFY(history.support() == history.marks().support());
        QCOMPARE(history.marks().words(FlowId(1)), std::string("Threat 1"));
    }

    void aThreatThatAKeyMadeIsUndoneWithItsFlows()
    {
        hunt::LabelHistory history;
        QVERIFY(history.assignThreat(flows({3}), 4));
        QCOMPARE(history.marks().threats().names.size(), std::size_t(4));
        QCOMPARE(*history.undoText(), std::string("mark 1 flow as Threat 4"));
        history.undo();
        QCOMPARE(history.marks().threats().names.size(), std::size_t(1));
        QVERIFY(history.support().empty());
        history.redo();
        QCOMPARE(history.marks().words(FlowId(3)), std::string("Threat 4"));
        QVERIFY(!history.assignThreat(flows({3}), 100));
        QVERIFY(!history.assignThreat(flows({3}), hunt::noThreat));
    }

    void threatsHaveNamesThatNoOtherHas()
    {
        hunt::LabelHistory history;
        history.assign(flows({1}), Label::Threat);
        QCOMPARE(history.marks().words(FlowId(1)), std::string("threat"));
        QVERIFY(history.renameThreat(1, "  Beacon-A\n"));
        QCOMPARE(history.marks().words(FlowId(1)), std::string("Beacon-A"));
        QVERIFY(!history.addThreat("Beacon-A") && !history.addThreat(" \t"));
        QVERIFY(history.addThreat(std::string(400, 'x')));
        QCOMPARE(history.marks().threats().names[1].size(), hunt::longestName);
        QVERIFY(history.marks().threats().active == 2);
        history.undo();
        QVERIFY(history.marks().threats().active == 1);
        history.undo();
        QCOMPARE(history.marks().words(FlowId(1)), std::string("threat"));
    }

    void bookmarksNotesAndBackgroundsAreActsToo()
    {
        hunt::LabelHistory history;
        history.assign(flows({5}), Label::Unsure);
        QVERIFY(history.bookmark(flows({5, 6}), true));
        QVERIFY(history.note(flows({5}), "printer\x01of the lab"));
        QCOMPARE(history.marks().note(FlowId(5)), std::string("printer of the lab"));
        QVERIFY(history.setBackground(std::make_shared<const flow::FlowSet>(flow::FlowSet(flows({8, 9})))));
        QVERIFY(!history.setBackground(std::make_shared<const flow::FlowSet>(flow::FlowSet(flows({8, 9})))));
        QVERIFY(history.skip(FlowId(7)));
        QVERIFY(history.marks().mark(FlowId(5)).label == Label::Unsure); // nothing else has touched it
        QCOMPARE(history.marks().marked().size(), std::size_t(3));
        QVERIFY(history.forget());
        QVERIFY(history.marks().marked().empty() && history.support().empty());
        for (int step = 0; step < 6; ++step)
            QVERIFY(history.undo());
        QVERIFY(!history.undo());
        QVERIFY(history.marks().marked().empty() && history.marks().background() == nullptr);
        for (int step = 0; step < 5; ++step)
            QVERIFY(history.redo());
        QCOMPARE(history.marks().background()->count(), std::size_t(2));
        QVERIFY(history.marks().mark(FlowId(7)).skipped && history.marks().mark(FlowId(6)).bookmarked);
    }

    void actsOnTheSameFlowsWithinASecondAreOneStepBack()
    {
        hunt::LabelHistory history;
        history.setProgram("p");
        history.assign(flows({1, 2}), Label::Threat, at(10));
        history.assign(flows({1, 2}), Label::NotThreat, at(10.5));
        QCOMPARE(history.latest()->marks.front().before.label, Label::Threat); // told apart for the journal
        history.assign(flows({1}), Label::Unsure, at(10.9));                   // other flows
        history.assign(flows({1}), Label::None, at(12.5));                     // later
        QVERIFY(history.undo());
        QVERIFY(history.support().label(FlowId(1)) == Label::Unsure);
        QVERIFY(history.undo());
        QVERIFY((history.toUndo()->name == hunt::ActName{"p", 1, 2}));
        QVERIFY(history.undo());
        QVERIFY(history.support().empty());
        QVERIFY(!history.undo());
    }

    void whatWasDoneOnEarlierDaysComesBeforeToday()
    {
        hunt::LabelHistory earlier;
        earlier.assign(flows({1, 2}), Label::Threat);
        earlier.renameThreat(1, "Beacon-A");
        std::vector<hunt::LabelAct> acts;
        for (; earlier.toUndo(); earlier.undo())
            acts.insert(acts.begin(), *earlier.toUndo());
        hunt::LabelHistory history;
        history.assign(flows({2}), Label::NotThreat);
        history.restore(acts);
        QVERIFY(history.support().label(FlowId(1)) == Label::Threat);
        QVERIFY(history.support().label(FlowId(2)) == Label::NotThreat);
        QCOMPARE(history.marks().words(FlowId(1)), std::string("Beacon-A"));
        history.undo();
        QVERIFY(history.support().label(FlowId(2)) == Label::Threat);
        history.undo();
        history.undo();
        QVERIFY(history.support().empty());
    }

    /// The bound is ten times what it takes, since others may have the machine.
    void aMillionFlowsAreOneQuickAct()
    {
        const auto all = flow::FlowSet::firstOf(1'000'000).flows();
        hunt::LabelHistory history;
        QElapsedTimer clock;
        clock.start();
        QVERIFY(history.assign(all, Label::NotThreat, at(1)));
        const auto assigned = clock.restart();
        history.undo();
        const auto undone = clock.restart();
        const hunt::SupportSet copy = history.support();
        qInfo("assign %lld ms, undo %lld ms", assigned, undone);
        QVERIFY(assigned < 1000 && undone < 1000);
        QVERIFY(copy.empty());
        history.redo();
        QCOMPARE(history.support().count(Label::NotThreat), all.size());
    }
};

QTEST_GUILESS_MAIN(MarksTest)
#include "marks_test.moc"
