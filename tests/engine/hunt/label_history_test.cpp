// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/hunt/label_history.h"

using namespace flowscent;
using flow::FlowId;
using hunt::Label;

namespace {

const std::vector<FlowId> three{FlowId(4), FlowId(2), FlowId(9)};

} // namespace

class LabelHistoryTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void anActIsUndoneAndRedoneAsAWhole()
    {
        hunt::LabelHistory history;
        QVERIFY(history.assign(three, Label::Threat));
        QCOMPARE(history.support().count(Label::Threat), std::size_t(3));
        QVERIFY(history.undo());
        QVERIFY(history.support().empty());
        QVERIFY(history.redo());
        QCOMPARE(history.support().count(Label::Threat), std::size_t(3));
        QVERIFY(!history.redo());
    }

    void undoingBringsBackTheLabelBefore()
    {
        hunt::LabelHistory history;
        history.assign(std::vector{FlowId(2)}, Label::Unsure);
        history.assign(three, Label::NotThreat);
        history.undo();
        QVERIFY(history.support().label(FlowId(2)) == Label::Unsure);
        QVERIFY(history.support().label(FlowId(4)) == Label::None);
    }

    void aFlowNamedTwiceInOneActIsUndoneToo()
    {
        hunt::LabelHistory history;
        history.assign(std::vector{FlowId(2), FlowId(2)}, Label::Threat);
        history.undo();
        QVERIFY(history.support().empty());
    }

    void anActThatChangesNothingIsNoAct()
    {
        hunt::LabelHistory history;
        QVERIFY(!history.assign(three, Label::None));
        history.assign(three, Label::Threat);
        QVERIFY(!history.assign(three, Label::Threat));
        history.undo();
        QVERIFY(!history.undo());
    }

    void aNewActForgetsWhatWasUndone()
    {
        hunt::LabelHistory history;
        history.assign(three, Label::Threat);
        history.undo();
        history.assign(std::vector{FlowId(1)}, Label::NotThreat);
        QVERIFY(!history.redo());
        QVERIFY(!history.redoText());
    }

    void saysWhatWouldBeUndone()
    {
        hunt::LabelHistory history;
        QVERIFY(!history.undoText());
        history.assign(three, Label::Threat);
        QCOMPARE(*history.undoText(), std::string("mark 3 flows as threat"));
        history.assign(std::vector{FlowId(2)}, Label::None);
        QCOMPARE(*history.undoText(), std::string("clear the label of 1 flow"));
        history.undo();
        QCOMPARE(*history.redoText(), std::string("clear the label of 1 flow"));
    }

    void anotherCaptureStartsAnew()
    {
        hunt::LabelHistory history;
        history.assign(three, Label::Threat);
        history.clear();
        QVERIFY(history.support().empty());
        QVERIFY(!history.undo() && !history.redo());
    }

    /// However acts, undos and redos are mixed, the labels are those that a plain list of snapshots gives.
    void anyMixOfActsMatchesSnapshots()
    {
        base::Rng rng(11);
        hunt::LabelHistory history;
        std::vector<hunt::SupportSet> snapshots{{}};
        std::size_t now = 0;
        for (int round = 0; round < 3000; ++round) {
            switch (rng.below(3)) {
            case 0: {
                const std::vector flows{FlowId(static_cast<std::uint32_t>(rng.below(6))),
                                        FlowId(static_cast<std::uint32_t>(rng.below(6)))};
                if (history.assign(flows, static_cast<Label>(rng.below(4)))) {
                    snapshots.resize(++now);
                    snapshots.push_back(history.support());
                }
                break;
            }
            case 1:
                QCOMPARE(history.undo(), now > 0);
                now -= now > 0 ? 1U : 0U;
                break;
            default:
                QCOMPARE(history.redo(), now + 1 < snapshots.size());
                now += now + 1 < snapshots.size() ? 1U : 0U;
            }
            QVERIFY(history.support() == snapshots[now]);
        }
    }
};

QTEST_GUILESS_MAIN(LabelHistoryTest)
#include "label_history_test.moc"
