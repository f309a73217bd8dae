// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/replay/continual_metrics.h"

#include <cmath>
#include <limits>

using namespace flowscent;
using learn::AccuracyMatrix;
using learn::continualReport;

namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

AccuracyMatrix matrix(const std::vector<std::vector<double>>& rows)
{
    AccuracyMatrix accuracies(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t j = 0; j < rows[i].size(); ++j)
            accuracies.set(i, j, rows[i][j]);
    }
    return accuracies;
}

bool is(std::optional<double> found, double expected)
{
    return found && std::abs(*found - expected) < 1e-12;
}

} // namespace

class ContinualMetricsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// By hand, from the papers' formulas:
    ///   R = 0.9 0.3 0.1     accuracy = (0.7 + 0.6 + 0.9) / 3
    ///       0.8 0.8 0.2     backward transfer = ((0.7 - 0.9) + (0.6 - 0.8)) / 2 = -0.2
    ///       0.7 0.6 0.9     forgetting = ((max(0.9, 0.8) - 0.7) + (max(0.3, 0.8) - 0.6)) / 2 = 0.2
    void threeTasksThatForget()
    {
        const auto report = continualReport(matrix({{0.9, 0.3, 0.1}, {0.8, 0.8, 0.2}, {0.7, 0.6, 0.9}}), 2);
        QVERIFY(is(report.accuracy.value, 2.2 / 3));
        QVERIFY(is(report.backwardTransfer.value, -0.2));
        QVERIFY(is(report.forgetting.value, 0.2));
        QCOMPARE(report.accuracy.tasks, std::size_t(3));
        QCOMPARE(report.forgetting.tasks, std::size_t(2));
        QCOMPARE(report.perTask.size(), std::size_t(3));
        QVERIFY(is(report.perTask[0].backwardTransfer, -0.2));
        QVERIFY(is(report.perTask[1].forgetting, 0.2));
        QVERIFY(is(report.perTask[2].accuracy, 0.9));
        QVERIFY(!report.perTask[2].forgetting && !report.perTask[2].backwardTransfer);
    }

    /// The two part where a task was best some time after it was learned: task 0 rose from 0.5 to 0.9 and fell to 0.6,
    /// which is 0.1 gained since it was learned (transfer) and 0.3 lost since its best (forgetting).
    void forgettingIsMeasuredFromTheBestTransferFromTheFirst()
    {
        const auto report = continualReport(matrix({{0.5, 0, 0}, {0.9, 0.7, 0}, {0.6, 0.7, 0.8}}), 2);
        QVERIFY(is(report.perTask[0].forgetting, 0.3));
        QVERIFY(is(report.perTask[0].backwardTransfer, 0.1));
        QVERIFY(is(report.forgetting.value, 0.15));
        QVERIFY(is(report.backwardTransfer.value, 0.05));
    }

    /// Better than ever before: forgetting is negative, as Chaudhry et al. define it.
    void whatOnlyGetsBetterHasNegativeForgetting()
    {
        const auto report = continualReport(matrix({{0.5, 0.4}, {0.7, 0.8}}), 1);
        QVERIFY(is(report.forgetting.value, -0.2));
        QVERIFY(is(report.backwardTransfer.value, 0.2));
    }

    void theReportOfAnEarlierMomentKnowsNothingOfLaterTasks()
    {
        const auto report = continualReport(matrix({{0.9, 0.3, 0.1}, {0.8, 0.8, 0.2}, {0.1, 0.1, 0.9}}), 1);
        QVERIFY(is(report.accuracy.value, 0.8));
        QVERIFY(is(report.forgetting.value, 0.1));
        QCOMPARE(report.perTask.size(), std::size_t(2));
    }

    void afterTheFirstTaskNothingCanBeForgotten()
    {
        const auto report = continualReport(matrix({{0.9}}), 0);
        QVERIFY(is(report.accuracy.value, 0.9));
        QVERIFY(!report.forgetting.value && !report.backwardTransfer.value);
        QCOMPARE(report.forgetting.tasks, std::size_t(0));
    }

    /// R[0][0] is missing: no transfer of task 0, its best is 0.8 of row 1. R[2][1] is missing: nothing is known of
    /// task
    /// 1. Means are over what is left, and say so.
    void missingEntriesAreLeftOutAndCounted()
    {
        const auto report = continualReport(matrix({{missing, 0.3, 0.1}, {0.8, 0.8, 0.2}, {0.7, missing, 0.9}}), 2);
        QVERIFY(is(report.accuracy.value, 0.8));
        QCOMPARE(report.accuracy.tasks, std::size_t(2));
        QVERIFY(is(report.forgetting.value, 0.1));
        QCOMPARE(report.forgetting.tasks, std::size_t(1));
        QVERIFY(!report.backwardTransfer.value);
        QVERIFY(!report.perTask[0].backwardTransfer && !report.perTask[1].forgetting);
    }

    void nothingMeasuredIsNothingKnown()
    {
        const auto report = continualReport(AccuracyMatrix(3), 2);
        QVERIFY(!report.accuracy.value && !report.forgetting.value && !report.backwardTransfer.value);
        QCOMPARE(report.perTask.size(), std::size_t(3));
    }
};

QTEST_GUILESS_MAIN(ContinualMetricsTest)
#include "continual_metrics_test.moc"
