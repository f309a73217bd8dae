// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/support/workbench.h"
#include "ui/session/suggester.h"

#include <set>

using namespace flowscent;
using ui::Suggester;

/// On the sample, with the shipped model.
class SuggesterTest : public QObject {
    Q_OBJECT

    static bool ready(ui::Session& session)
    {
        session.prepareEngine();
        session.open({test::sampleCapture()});
        return QTest::qWaitFor([&] { return session.numbers() != nullptr; }, 60000);
    }
    static bool shown(const Suggester& suggester)
    {
        return QTest::qWaitFor([&] { return suggester.state() == Suggester::State::Shown; }, 10000);
    }

private Q_SLOTS:
    void initTestCase() { test::useOwnSettings(); }

    void beginsBeforeAnythingIsLabelledAndNeverAsksTwice()
    {
        ui::Session session;
        Suggester suggester(session);
        suggester.next();
        QVERIFY(suggester.state() == Suggester::State::Idle); // without a capture
        QVERIFY(ready(session));
        std::set<flow::FlowId> asked;
        for (int i = 0; i < 10; ++i) {
            suggester.next();
            QVERIFY(shown(suggester));
            QVERIFY(suggester.suggestion()->cold);
            QVERIFY(!suggester.suggestion()->why.isEmpty());
            QVERIFY(asked.insert(suggester.suggestion()->flow).second);
        }
    }

    void waitsForFlowsToBeLookedAt()
    {
        ui::Session session;
        Suggester suggester(session);
        session.prepareEngine();
        session.open({test::sampleCapture()});
        QVERIFY(QTest::qWaitFor([&] { return session.table() != nullptr; }, 30000));
        suggester.next();
        QVERIFY(suggester.state() == Suggester::State::Waiting);
        QVERIFY(QTest::qWaitFor([&] { return suggester.state() == Suggester::State::Shown; }, 60000));
    }

    void saysWhichPartsDisagreeAndIsAnsweredByALabel()
    {
        ui::Session session;
        Suggester suggester(session);
        QVERIFY(ready(session));
        const auto beacon = test::sampleBeacon(*session.table());
        session.assign({beacon[0], beacon[1], beacon[2]}, hunt::Label::Threat);
        QVERIFY(QTest::qWaitFor([&] { return session.scores() && session.scores()->complete(); }, 60000));
        // While newer scores are on their way, those at hand are what is asked about: nothing is said to be unknown.
        session.assign({beacon[3]}, hunt::Label::Threat);
        suggester.next();
        QVERIFY(shown(suggester));
        QVERIFY(!suggester.suggestion()->cold);
        QVERIFY(QTest::qWaitFor([&] { return session.scoresCurrent() && session.scores()->complete(); }, 60000));
        bool disagreement = false;
        std::set<flow::FlowId> asked{suggester.suggestion()->flow};
        for (int i = 0; i < 30 && !disagreement; ++i) {
            QElapsedTimer clock;
            clock.start();
            suggester.next();
            QVERIFY(shown(suggester));
            QVERIFY(clock.elapsed() < 2000);
            QVERIFY(!suggester.suggestion()->cold);
            QVERIFY(asked.insert(suggester.suggestion()->flow).second);
            disagreement = suggester.suggestion()->reason == detect::SuggestionReason::Disagreement;
        }
        QVERIFY(disagreement);
        const QString why = suggester.suggestion()->why;
        QVERIFY2(why.contains(QStringLiteral("forest")) && why.contains(QStringLiteral("prototypes")), qPrintable(why));
        session.assign({suggester.suggestion()->flow}, hunt::Label::NotThreat);
        QVERIFY(suggester.state() == Suggester::State::Answered);
        session.undo();
        QVERIFY(suggester.state() == Suggester::State::Shown);
    }

    void skippingIsUndoneAndLeadsBackToTheSameFlow()
    {
        ui::Session session;
        Suggester suggester(session);
        QVERIFY(ready(session));
        suggester.next();
        QVERIFY(shown(suggester));
        const auto first = *suggester.suggestion();
        QSignalSpy suggested(&suggester, &Suggester::suggested);
        suggester.skip();
        QVERIFY(session.labels().marks().mark(first.flow).skipped);
        QTRY_COMPARE(suggested.count(), 1);
        QVERIFY(suggester.suggestion()->flow != first.flow);
        session.undo();
        QVERIFY(!session.labels().marks().mark(first.flow).skipped);
        QVERIFY(suggester.suggestion()->flow == first.flow);
        QCOMPARE(suggester.suggestion()->why, first.why);
    }

    void saysWhenNothingIsLeft()
    {
        ui::Session session;
        Suggester suggester(session);
        session.setAdapting(ui::Adapting::Manual);
        QVERIFY(ready(session));
        session.assign(flow::FlowSet::firstOf(session.table()->size()).flows(), hunt::Label::Unsure);
        suggester.next();
        QTRY_VERIFY(suggester.state() == Suggester::State::Nothing);
    }
};

QTEST_MAIN(SuggesterTest)
#include "suggester_test.moc"
