// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/learn/inference/forest.h"
#include "tests/engine/learn/forest_tasks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace flowscent;
using base::Matrix;
using learn::Forest;
using learn::ForestBalance;
using learn::ForestSettings;
using test::ForestTask;

namespace {

Matrix noise(std::size_t rows, std::size_t columns, std::uint64_t seed)
{
    base::Rng rng(seed);
    Matrix matrix(rows, columns);
    std::ranges::generate(matrix.values, [&] { return static_cast<float>(rng.normal()); });
    return matrix;
}

Matrix rowsOf(const Matrix& from, std::size_t begin, std::size_t end)
{
    Matrix rows(end - begin, from.columns);
    for (std::size_t row = begin; row < end; ++row)
        std::ranges::copy(from.row(row), rows.row(row - begin).begin());
    return rows;
}

std::size_t depthOf(const Forest& forest)
{
    std::vector<std::size_t> depths(forest.nodes.size());
    for (std::size_t i = 0; i < depths.size(); ++i) {
        if (const std::uint32_t left = forest.nodes[i].left; left != 0)
            depths[left] = depths[left + 1] = depths[i] + 1;
    }
    return std::ranges::max(depths);
}

struct Moments {
    double mean = 0;
    double variance = 0; ///< of the mean
};

Moments momentsOf(const std::vector<double>& values)
{
    const auto count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    return {mean, squares / (count - 1) / count};
}

} // namespace

class ForestTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theSameSeedGivesTheSameForest()
    {
        const ForestTask task = test::forestTask(1, 5, 300);
        for (const ForestSettings& settings : {ForestSettings{}, ForestSettings{.extra = true}}) {
            const auto first = learn::fitForest(task.rows, task.isThreat, settings, 7);
            const auto again = learn::fitForest(task.rows, task.isThreat, settings, 7);
            const auto other = learn::fitForest(task.rows, task.isThreat, settings, 8);
            QVERIFY(first && again && other);
            QVERIFY(*first == *again);
            QVERIFY(*first != *other);
            QCOMPARE(first->roots.size(), 100U);
        }
    }

    void moreTreesBeginWithTheFewer()
    {
        const ForestTask task = test::forestTask(1, 5, 100);
        const auto few = learn::fitForest(task.rows, task.isThreat, {.trees = 3}, 7);
        const auto more = learn::fitForest(task.rows, task.isThreat, {.trees = 5}, 7);
        QVERIFY(few && more);
        QVERIFY(std::ranges::equal(few->nodes, std::span(more->nodes).first(few->nodes.size())));
    }

    void treesThatSawAllExamplesKnowThem()
    {
        const ForestTask task = test::forestTask(2, 5, 300);
        for (const ForestBalance balance : {ForestBalance::None, ForestBalance::All}) {
            const ForestSettings settings{.balance = balance, .extra = true};
            const auto forest = learn::fitForest(task.rows, task.isThreat, settings, 1);
            QVERIFY(forest);
            const std::vector<double> shares = learn::forestShares(*forest, task.rows);
            for (std::size_t row = 0; row < shares.size(); ++row)
                QCOMPARE(shares[row], static_cast<double>(task.isThreat[row]));
        }
    }

    void equalRowsShareALeaf_data()
    {
        QTest::addColumn<ForestBalance>("balance");
        QTest::addColumn<double>("share");
        QTest::newRow("none") << ForestBalance::None << 0.25;
        QTest::newRow("all") << ForestBalance::All << 0.5; // 3 threats and 9 others, 6 in all of each
        QTest::newRow("each tree") << ForestBalance::EachTree << 0.5;
    }
    void equalRowsShareALeaf()
    {
        QFETCH(ForestBalance, balance);
        QFETCH(double, share);
        const Matrix rows(12, 4); // nothing to ask about
        std::vector<std::uint8_t> isThreat(12);
        std::fill_n(isThreat.begin(), 3, std::uint8_t{1});
        const ForestSettings settings{.trees = 4, .balance = balance, .extra = true};
        const auto forest = learn::fitForest(rows, isThreat, settings, 1);
        QVERIFY(forest);
        QCOMPARE(forest->nodes.size(), 4U);
        QCOMPARE(forest->nodes[0].examples, 12U);
        QCOMPARE(forest->nodes[0].share, static_cast<float>(share));
        QCOMPARE(learn::forestShares(*forest, rows)[0], share);
    }

    void treesWithoutAThreatSayNoThreat()
    {
        // A threat that everything gives away: whoever drew it knows it, and a draw of n misses it with (1 - 1/n)^n.
        const ForestTask made = test::forestTask(3, 1, 199);
        Matrix rows = made.rows;
        std::ranges::fill(rows.row(0), 100.0F);
        const auto fit = learn::fitForestOutOfBag(rows, made.isThreat, {.trees = 1000}, 5);
        QVERIFY(fit);
        const double share = learn::forestShares(fit->forest, rows)[0];
        QVERIFY(std::abs(share - 0.633) < 0.06); // 1 - 0.995^200 and four standard errors
        const auto constant = std::ranges::count_if(
            fit->forest.roots, [&](std::uint32_t root) { return fit->forest.nodes[root].left == 0; });
        QCOMPARE(constant, std::lround(1000 * (1 - share)));
        QCOMPARE(fit->outOfBag[0], 0.0); // no tree that lacks it has heard of threats
    }

    void oneTreeHasNotSeenAThirdOfTheExamples()
    {
        const ForestTask task = test::forestTask(4, 400, 1600);
        const auto fit = learn::fitForestOutOfBag(task.rows, task.isThreat, {.trees = 1}, 6);
        QVERIFY(fit);
        const auto unseen = std::ranges::count_if(fit->outOfBag, [](double share) { return !std::isnan(share); });
        QVERIFY(std::abs(static_cast<double>(unseen) - 2000 * std::exp(-1.0)) < 70); // four standard errors at most
        const std::vector<double> shares = learn::forestShares(fit->forest, task.rows);
        for (std::size_t row = 0; row < shares.size(); ++row) {
            if (std::isnan(fit->outOfBag[row]))
                QCOMPARE(shares[row], static_cast<double>(task.isThreat[row])); // it has seen it
            else
                QCOMPARE(fit->outOfBag[row], shares[row]);
        }
    }

    void askingForUnseenExamplesChangesNoTree()
    {
        const ForestTask task = test::forestTask(5, 5, 200);
        const auto fit = learn::fitForestOutOfBag(task.rows, task.isThreat, {}, 9);
        const auto forest = learn::fitForest(task.rows, task.isThreat, {}, 9);
        QVERIFY(fit && forest);
        QVERIFY(fit->forest == *forest);
        const auto extra = learn::fitForestOutOfBag(task.rows, task.isThreat, {.extra = true}, 9);
        QVERIFY(extra);
        QVERIFY(std::ranges::all_of(extra->outOfBag, [](double share) { return std::isnan(share); }));
    }

    void theOrderOfColumnsDoesNotMatter()
    {
        const ForestTask task = test::forestTask(6, 5, 150);
        const ForestTask asked = test::forestTask(7, 50, 0);
        const auto turned = [](const Matrix& from) {
            Matrix rows = from;
            for (std::size_t row = 0; row < rows.rows; ++row)
                std::ranges::reverse(rows.row(row));
            return rows;
        };
        const Matrix turnedRows = turned(task.rows);
        const Matrix turnedAsked = turned(asked.rows);
        std::vector<double> straight;
        std::vector<double> reversed;
        const auto meanShare = [](const Forest& forest, const Matrix& rows) {
            const std::vector<double> shares = learn::forestShares(forest, rows);
            return std::accumulate(shares.begin(), shares.end(), 0.0) / static_cast<double>(shares.size());
        };
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            straight.push_back(meanShare(*learn::fitForest(task.rows, task.isThreat, {}, seed), asked.rows));
            reversed.push_back(meanShare(*learn::fitForest(turnedRows, task.isThreat, {}, 100 + seed), turnedAsked));
        }
        const Moments a = momentsOf(straight);
        const Moments b = momentsOf(reversed);
        QVERIFY(a.mean > 0.1);
        QVERIFY(std::abs(a.mean - b.mean) < 4 * std::sqrt(a.variance + b.variance));
    }

    void aRowsShareDoesNotDependOnTheOthers_data()
    {
        QTest::addColumn<int>("examples");
        QTest::newRow("small trees") << 100;
        QTest::newRow("trees that are walked") << 4000; // of noise, so of more than a thousand nodes
    }
    void aRowsShareDoesNotDependOnTheOthers()
    {
        QFETCH(int, examples);
        const Matrix rows = noise(static_cast<std::size_t>(examples), 5, 1);
        std::vector<std::uint8_t> isThreat(rows.rows);
        for (std::size_t row = 0; row < isThreat.size(); ++row)
            isThreat[row] = row % 3 == 0 ? 1 : 0;
        const auto forest = learn::fitForest(rows, isThreat, {.trees = 7, .balance = ForestBalance::All}, 1);
        QVERIFY(forest);
        QCOMPARE(forest->nodes.size() > 7U * 1024, examples == 4000);
        Matrix asked = noise(700, 5, 2);
        asked.row(3)[0] = std::numeric_limits<float>::quiet_NaN();
        asked.row(300)[1] = std::numeric_limits<float>::infinity();
        const std::vector<double> together = learn::forestShares(*forest, asked);
        for (std::size_t row = 0; row < asked.rows; ++row)
            QCOMPARE(learn::forestShares(*forest, rowsOf(asked, row, row + 1))[0], together[row]);
        std::vector<double> some(asked.rows, -1.0);
        learn::forestShares(*forest, asked, 100, 433, some);
        for (std::size_t row = 0; row < asked.rows; ++row)
            QCOMPARE(some[row], row >= 100 && row < 433 ? together[row] : -1.0);
        for (const base::Instructions with : base::allInstructions) {
            if (!base::has(with))
                continue;
            learn::forestShares(*forest, asked, 0, asked.rows, some, with);
            QCOMPARE(some, together);
        }
        QVERIFY(learn::forestShares(*forest, Matrix(0, 5)).empty());
    }

    void endlessDisagreementEndsAtTheDeepest()
    {
        // Classes take turns along the only column: every cut peels off little.
        Matrix rows(3000, 1);
        std::vector<std::uint8_t> isThreat(rows.rows);
        for (std::size_t row = 0; row < rows.rows; ++row) {
            rows.row(row)[0] = static_cast<float>(row);
            isThreat[row] = row % 2 == 0 ? 1 : 0;
        }
        const auto forest = learn::fitForest(rows, isThreat, {.trees = 2}, 1);
        QVERIFY(forest);
        QCOMPARE(depthOf(*forest), learn::maxForestDepth);
        base::TensorFile file;
        learn::putForest(file, "forest", *forest);
        QVERIFY(learn::forestFromTensors(file, "forest")); // which refuses deeper ones
    }

    void mayEndWhereTheDrawnColumnsAreConstant()
    {
        // One column of a hundred says all; a root draws ten, so it is among them once in ten trees.
        Matrix rows(60, 100);
        std::vector<std::uint8_t> isThreat(rows.rows);
        for (std::size_t row = 0; row < 30; ++row) {
            rows.row(row)[42] = 1;
            isThreat[row] = 1;
        }
        const auto cutTrees = [&](const ForestSettings& settings) {
            const auto forest = learn::fitForest(rows, isThreat, settings, 3);
            return std::ranges::count_if(forest->roots,
                                         [&](std::uint32_t root) { return forest->nodes[root].left != 0; });
        };
        QCOMPARE(cutTrees({.trees = 1000}), 1000);
        const auto some = cutTrees({.trees = 1000, .endsAtConstants = true});
        QVERIFY(std::abs(static_cast<double>(some) - 100) < 40); // four standard errors
    }

    void whatCannotBeLearnedIsRefused()
    {
        const ForestTask task = test::forestTask(1, 5, 50);
        const auto codeOf = [](const base::Result<Forest>& forest) {
            return forest ? std::optional<base::Error::Code>() : forest.error().code;
        };
        using enum base::Error::Code;
        const std::vector<std::uint8_t> none(task.rows.rows);
        const std::vector<std::uint8_t> all(task.rows.rows, 1);
        QCOMPARE(codeOf(learn::fitForest(task.rows, none, {}, 1)), Support);
        QCOMPARE(codeOf(learn::fitForest(task.rows, all, {}, 1)), Support);
        QCOMPARE(codeOf(learn::fitForest(task.rows, std::span(task.isThreat).first(50), {}, 1)), Support);
        QCOMPARE(codeOf(learn::fitForest(Matrix(0, 4), {}, {}, 1)), Support);
        QCOMPARE(codeOf(learn::fitForest(Matrix(55, 0), task.isThreat, {}, 1)), Support);
        QCOMPARE(codeOf(learn::fitForest(task.rows, task.isThreat, {.trees = 0}, 1)), Argument);
        QCOMPARE(codeOf(learn::fitForest(task.rows, task.isThreat, {.trees = 5000}, 1)), Argument);
        for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
            Matrix rows = task.rows;
            rows.row(30)[7] = value;
            QCOMPARE(codeOf(learn::fitForest(rows, task.isThreat, {}, 1)), Support);
            QCOMPARE(learn::fitForestOutOfBag(rows, task.isThreat, {}, 1).error().code, Support);
        }
    }
};

QTEST_APPLESS_MAIN(ForestTest)
#include "forest_test.moc"
