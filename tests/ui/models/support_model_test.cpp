// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/support/made_flows.h"
#include "ui/models/support_model.h"

using namespace flowscent;

class SupportModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void listsFlowsAndResetsOnlyWhenSomethingIsDifferent()
    {
        ui::SupportModel model;
        const QAbstractItemModelTester contract(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy reset(&model, &QAbstractItemModel::modelReset);
        const auto table = test::madeTable(10);
        model.setFlows(table, {flow::FlowId(2), flow::FlowId(9)});
        model.setFlows(table, {flow::FlowId(2), flow::FlowId(9)});
        QCOMPARE(reset.count(), 1);
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(1).data(ui::SupportModel::FlowRole).toUInt(), 9U);
        QVERIFY(model.index(0).data().toString().startsWith(QStringLiteral("#3  10.0.0.3")));
        model.setFlows(nullptr, {});
        QCOMPARE(reset.count(), 2);
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_GUILESS_MAIN(SupportModelTest)
#include "support_model_test.moc"
