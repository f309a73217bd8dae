// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/detect/evidence/forest_difference.h"

#include <bit>
#include <cmath>
#include <numeric>

using namespace flowscent;
using base::Matrix;
using learn::Forest;
using learn::ForestNode;

namespace {

constexpr std::size_t columns = 7;

Matrix chance(std::size_t rows, std::uint64_t seed)
{
    base::Rng rng(seed);
    Matrix matrix(rows, columns);
    for (float& value : matrix.values)
        value = static_cast<float>(rng.normal());
    return matrix;
}

Forest grown(const learn::ForestSettings& settings)
{
    const Matrix rows = chance(120, 1);
    std::vector<std::uint8_t> isThreat;
    for (std::size_t row = 0; row < rows.rows; ++row)
        isThreat.push_back(rows.row(row)[0] * rows.row(row)[1] + rows.row(row)[2] > 0.3F ? 1 : 0);
    auto forest = learn::fitForest(rows, isThreat, settings, 3);
    if (!forest)
        qFatal("%s", forest.error().sentence().c_str());
    return *forest;
}

/// Shapley's definition, over all sets of columns.
std::vector<double> byDefinition(const Forest& forest, std::span<const float> row, std::span<const float> other)
{
    Matrix mixed(std::size_t{1} << columns, columns);
    for (std::size_t set = 0; set < mixed.rows; ++set) {
        for (std::size_t i = 0; i < columns; ++i)
            mixed.row(set)[i] = (set >> i & 1U) != 0 ? row[i] : other[i];
    }
    const auto shares = learn::forestShares(forest, mixed);
    std::vector<double> values(columns);
    for (std::size_t i = 0; i < columns; ++i) {
        for (std::size_t set = 0; set < mixed.rows; ++set) {
            if ((set >> i & 1U) != 0)
                continue;
            const auto size = static_cast<double>(std::popcount(set));
            const double weight = std::tgamma(size + 1) * std::tgamma(static_cast<double>(columns) - size) /
                                  std::tgamma(static_cast<double>(columns) + 1);
            values[i] += weight * (shares[set | std::size_t{1} << i] - shares[set]);
        }
    }
    return values;
}

} // namespace

class ForestDifferenceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Left of 0 in column 0 the answer is 0; right of it, 1 where column 1 is above 0. From (-1, -1) to (1, 1) both
    /// are needed, so both get a half.
    void twoThatAreNeededTogetherShareAlike()
    {
        Forest forest{.columns = 2, .roots = {0}, .nodes = {}};
        forest.nodes = {{.column = 0, .left = 1, .examples = 4},
                        {.examples = 2, .share = 0},
                        {.column = 1, .left = 3, .examples = 2},
                        {.examples = 1, .share = 0},
                        {.examples = 1, .share = 1}};
        const std::vector<float> row{1, 1};
        const std::vector<float> other{-1, -1};
        const auto values = detect::forestDifference(forest, row, other);
        QVERIFY(std::abs(values[0] - 0.5) < 1e-12 && std::abs(values[1] - 0.5) < 1e-12);
    }

    void valuesAreShapleysOwn_data()
    {
        QTest::addColumn<bool>("extra");
        QTest::newRow("best cuts") << false;
        QTest::newRow("cuts at random") << true;
    }
    void valuesAreShapleysOwn()
    {
        QFETCH(const bool, extra);
        const Forest forest = grown({.trees = 20, .extra = extra});
        const Matrix rows = chance(16, 5);
        for (std::size_t i = 0; i + 1 < rows.rows; i += 2) {
            const auto expected = byDefinition(forest, rows.row(i), rows.row(i + 1));
            const auto found = detect::forestDifference(forest, rows.row(i), rows.row(i + 1));
            for (std::size_t column = 0; column < columns; ++column)
                QVERIFY(std::abs(found[column] - expected[column]) < 1e-9);
        }
    }

    void theyAddUpToTheDifference()
    {
        const Forest forest = grown({.trees = 100});
        const Matrix rows = chance(40, 6);
        const auto shares = learn::forestShares(forest, rows);
        for (std::size_t i = 0; i + 1 < rows.rows; i += 2) {
            const auto values = detect::forestDifference(forest, rows.row(i), rows.row(i + 1));
            const double sum = std::accumulate(values.begin(), values.end(), 0.0);
            QVERIFY(std::abs(sum - (shares[i] - shares[i + 1])) < 1e-6);
        }
    }

    void aRowDoesNotDifferFromItself()
    {
        const Matrix rows = chance(1, 6);
        for (const double value : detect::forestDifference(grown({}), rows.row(0), rows.row(0)))
            QCOMPARE(value, 0.0);
    }
};

QTEST_GUILESS_MAIN(ForestDifferenceTest)
#include "forest_difference_test.moc"
