// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "ui/models/flow_mime.h"
#include "ui/panels/support_list.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QListView>

using namespace flowscent;

class SupportListTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void deleteAsksToClearTheChosenFlows()
    {
        ui::SupportList list(hunt::Label::Threat, QStringLiteral("Threat"), QStringLiteral("none yet"));
        const QAbstractItemModelTester contract(list.list().model(),
                                                QAbstractItemModelTester::FailureReportingMode::QtTest);
        list.show();
        QApplication::setActiveWindow(&list);
        list.setFlows(test::madeTable(9), {flow::FlowId(2), flow::FlowId(5), flow::FlowId(8)});
        QVERIFY(list.list().isVisible());
        std::vector<flow::FlowId> asked;
        connect(&list, &ui::SupportList::clearAsked, this, [&](const auto& flows) { asked = flows; });
        std::vector<flow::FlowId> chosen;
        connect(&list, &ui::SupportList::flowChosen, this, [&](flow::FlowId flow) { chosen.push_back(flow); });
        list.list().setCurrentIndex(list.list().model()->index(1, 0));
        QVERIFY(chosen == std::vector{flow::FlowId(5)});
        list.list().setFocus();
        QTest::keyClick(&list.list(), Qt::Key_Delete);
        QVERIFY(asked == std::vector{flow::FlowId(5)});
    }

    void flowsDraggedHereAreTakenAndOtherThingsAreNot()
    {
        ui::SupportList list(hunt::Label::Threat, QStringLiteral("Threat"), QStringLiteral("none yet"));
        list.resize(200, 200);
        list.show();
        std::vector<flow::FlowId> dropped;
        connect(&list, &ui::SupportList::flowsDropped, this, [&](const auto& flows) { dropped = flows; });
        const auto offer = [&](const QMimeData& data) {
            QDragEnterEvent enter({50, 50}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
            QApplication::sendEvent(&list, &enter);
            if (!enter.isAccepted())
                return false;
            QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
            QApplication::sendEvent(&list, &drop);
            return drop.isAccepted();
        };
        QVERIFY(offer(*ui::flowMime({flow::FlowId(7), flow::FlowId(2)})));
        QVERIFY(dropped == (std::vector{flow::FlowId(7), flow::FlowId(2)}));
        QMimeData words;
        words.setText(QStringLiteral("7"));
        QVERIFY(!offer(words));
    }

    void withoutFlowsASentenceStandsInTheirPlace()
    {
        ui::SupportList list(hunt::Label::NotThreat, QStringLiteral("Not this"), QStringLiteral("none yet"));
        list.show();
        list.setFlows(test::madeTable(3), {flow::FlowId(1)});
        QVERIFY(list.list().isVisible());
        list.setFlows(nullptr, {});
        QVERIFY(!list.list().isVisible());
    }
};

QTEST_MAIN(SupportListTest)
#include "support_list_test.moc"
