// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "ui/models/completion_model.h"

#include <QAbstractItemModelTester>

using namespace flowscent;
using ui::CompletionModel;

class CompletionModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void showsWhatIsOfferedAndWhatIsKnownOfIt()
    {
        CompletionModel model;
        const QAbstractItemModelTester contract(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(model.rowCount(), 0);
        model.show({{"ip.addr", "address of either end", hunt::CompletionKind::Field, 0},
                    {"10.0.0.5", "1 284 flows", hunt::CompletionKind::Value, 1284}});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(1, CompletionModel::Text).data().toString(), QStringLiteral("10.0.0.5"));
        QCOMPARE(model.index(1, CompletionModel::Detail).data().toString(), QStringLiteral("1 284 flows"));
        QCOMPARE(model.index(0, CompletionModel::Text).data(Qt::AccessibleTextRole).toString(),
                 QStringLiteral("ip.addr: address of either end"));
        QVERIFY(model.offer(1).kind == hunt::CompletionKind::Value);
        model.show({});
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_APPLESS_MAIN(CompletionModelTest)
#include "completion_model_test.moc"
