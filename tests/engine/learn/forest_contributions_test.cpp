// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/learn/inference/forest.h"
#include "tests/engine/learn/forest_tasks.h"

#include <bit>
#include <cmath>

using namespace flowscent;
using learn::Forest;
using learn::ForestNode;

namespace {

/// What a tree says on average of rows of which only the columns in `known` (bits) are known, as the paper defines it.
double valueOf(const Forest& forest, std::uint32_t index, std::span<const float> row, std::uint32_t known)
{
    const ForestNode& node = forest.nodes[index];
    if (node.left == 0)
        return double{node.share};
    if ((known >> node.column & 1U) != 0)
        return valueOf(forest, node.left + (row[node.column] <= node.threshold ? 0U : 1U), row, known);
    const ForestNode& left = forest.nodes[node.left];
    const double share = double(left.examples) / double(node.examples);
    return share * valueOf(forest, node.left, row, known) + (1 - share) * valueOf(forest, node.left + 1, row, known);
}

double valueOf(const Forest& forest, std::span<const float> row, std::uint32_t known)
{
    double sum = 0;
    for (const std::uint32_t root : forest.roots)
        sum += valueOf(forest, root, row, known);
    return sum / static_cast<double>(forest.roots.size());
}

double factorial(int number)
{
    return std::tgamma(number + 1.0);
}

/// Shapley's value from its definition, over all sets of the other columns.
double shapley(const Forest& forest, std::span<const float> row, std::uint32_t column)
{
    const auto all = static_cast<int>(forest.columns);
    double sum = 0;
    for (std::uint32_t known = 0; known < 1U << forest.columns; ++known) {
        if ((known >> column & 1U) != 0)
            continue;
        const int size = std::popcount(known);
        const double weight = factorial(size) * factorial(all - size - 1) / factorial(all);
        sum += weight * (valueOf(forest, row, known | 1U << column) - valueOf(forest, row, known));
    }
    return sum;
}

} // namespace

class ForestContributionsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void areShapleysValues_data()
    {
        QTest::addColumn<bool>("isExtra");
        QTest::addColumn<int>("columns");
        QTest::newRow("forest") << false << 6;
        QTest::newRow("extra") << true << 6;
        QTest::newRow("deep in few columns") << true << 3;
        QTest::newRow("deep in more") << true << 9;
    }
    void areShapleysValues()
    {
        QFETCH(bool, isExtra);
        QFETCH(int, columns);
        test::ForestTask task = test::forestTask(5, 40, 80, static_cast<std::size_t>(columns));
        base::Rng rng(8);
        for (float& value : task.rows.values) // no column constant, and classes hard to tell: deep trees
            value = static_cast<float>(rng.normal());
        const auto forest = learn::fitForest(task.rows, task.isThreat, {.trees = 5, .extra = isExtra}, 2);
        QVERIFY(forest);
        for (std::size_t i = 0; i < task.rows.rows; i += 17) {
            const auto row = task.rows.row(i);
            const auto why = learn::forestContributions(*forest, row);
            QCOMPARE(why.columns.size(), static_cast<std::size_t>(columns));
            QVERIFY(std::abs(why.expected - valueOf(*forest, row, 0)) < 1e-12);
            for (std::uint32_t column = 0; column < forest->columns; ++column)
                QVERIFY(std::abs(why.columns[column] - shapley(*forest, row, column)) < 1e-12);
        }
    }

    void addUpToTheShare()
    {
        const test::ForestTask task = test::forestTask(9, 20, 400, 301);
        const auto forest = learn::fitForest(task.rows, task.isThreat, {}, 4);
        QVERIFY(forest);
        const test::ForestTask asked = test::forestTask(10, 20, 20, 301);
        const std::vector<double> shares = learn::forestShares(*forest, asked.rows);
        for (std::size_t row = 0; row < shares.size(); ++row) {
            const auto why = learn::forestContributions(*forest, asked.rows.row(row));
            double sum = why.expected;
            for (std::size_t column = 0; column < why.columns.size(); ++column) {
                sum += why.columns[column];
                if (column % 4 == 0)
                    QCOMPARE(why.columns[column], 0.0); // constant: no question can be about it
            }
            QVERIFY(std::abs(sum - shares[row]) < 1e-9);
        }
    }
};

QTEST_APPLESS_MAIN(ForestContributionsTest)
#include "forest_contributions_test.moc"
