// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/features/feature_schema.h"
#include "engine/learn/export/forest_tables.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace flowscent;
using learn::Forest;
using learn::ForestTables;

namespace {

constexpr std::size_t packetsOut = 0;    ///< logarithm
constexpr std::size_t payloadShare = 12; ///< plain
constexpr std::uint32_t mostRaw = 500;   ///< of the whole numbers that are tried
constexpr float infinity = std::numeric_limits<float>::infinity();

features::Scaler someScaler()
{
    features::Scaler scaler;
    scaler.sequenceMedian.assign(features::sequenceFields, 0.0F);
    scaler.sequenceRange.assign(features::sequenceFields, 1.0F);
    scaler.statisticMedian.assign(features::statisticDefinitions().size(), std::log1p(6.0F));
    scaler.statisticRange.assign(features::statisticDefinitions().size(), 1.7F);
    return scaler;
}

features::FeatureSet counts(std::uint32_t end)
{
    features::FeatureSet flows{base::Matrix(end, features::sequenceLength * features::sequenceFields),
                               base::Matrix(end, features::statisticDefinitions().size())};
    for (std::uint32_t row = 0; row < end; ++row)
        std::ranges::fill(flows.statistics.row(row), static_cast<float>(row));
    return flows;
}

/// One tree that asks one question.
Forest stump(std::size_t column, float threshold)
{
    return {.columns = static_cast<std::uint32_t>(features::statisticDefinitions().size()),
            .roots = {0},
            .nodes = {{.column = static_cast<std::uint32_t>(column), .left = 1, .examples = 2, .threshold = threshold},
                      {.examples = 1, .share = 0},
                      {.examples = 1, .share = 1}}};
}

float rawThreshold(std::size_t statistic, float threshold)
{
    return learn::forestTables(stump(statistic, threshold), someScaler()).thresholds[0];
}

} // namespace

class ForestTablesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Thresholds as training draws them, halfway between two counts: many lie on a third count exactly.
    void rawThresholdsPartCountsAsScaledOnesDo()
    {
        const features::Scaler scaler = someScaler();
        const base::Matrix scaled = scaler.apply(counts(mostRaw)).statistics;
        std::uint32_t close = 0;
        for (std::uint32_t low = 0; low < 40; ++low) {
            for (std::uint32_t high = low + 1; high < 40; ++high) {
                const float threshold =
                    scaled.row(low)[packetsOut] + (scaled.row(high)[packetsOut] - scaled.row(low)[packetsOut]) / 2;
                const float raw = rawThreshold(packetsOut, threshold);
                for (std::uint32_t count = 0; count < mostRaw; ++count) {
                    QCOMPARE(static_cast<float>(count) <= raw, scaled.row(count)[packetsOut] <= threshold);
                    close += std::abs(scaled.row(count)[packetsOut] - threshold) < 1e-6F ? 1U : 0U;
                }
            }
        }
        QVERIFY(close >= 20); // else this shows nothing
    }

    /// log(1 + x) = 6 log 2 there, to the nearest float: numpy.expm1(numpy.float64(threshold) * 1.7 + log(7)).
    void rawThresholdsUndoTheScaling()
    {
        const float threshold = (6 * std::log(2.0F) - std::log(7.0F)) / 1.7F;
        QVERIFY(std::abs(rawThreshold(packetsOut, threshold) - 63.0F) < 1e-3F);
        QVERIFY(std::abs(rawThreshold(payloadShare, -0.5F) - (std::log(7.0F) - 0.85F)) < 1e-6F);
    }

    void whatClippingDecidesIsDecidedForAll()
    {
        QCOMPARE(rawThreshold(payloadShare, 5.0F), infinity);
        QCOMPARE(rawThreshold(payloadShare, -5.5F), -infinity);
        QVERIFY(rawThreshold(packetsOut, -5.0F) < 0); // no count is as small on the scale
    }

    void leavesLeadToThemselves()
    {
        Forest forest = stump(0, 0);
        for (const learn::ForestNode& node : stump(2, 1).nodes) {
            forest.nodes.push_back(node);
            if (node.left != 0)
                forest.nodes.back().left += 3;
        }
        forest.roots.push_back(3);
        const ForestTables tables = learn::forestTables(forest, someScaler());
        QVERIFY((tables.left == std::vector<std::int64_t>{1, 1, 2, 4, 4, 5}));
        QVERIFY((tables.right == std::vector<std::int64_t>{2, 1, 2, 5, 4, 5}));
        QVERIFY((tables.columns == std::vector<std::int64_t>{0, 0, 0, 2, 0, 0}));
        QVERIFY((tables.shares == std::vector<float>{0, 0, 1, 0, 0, 1}));
        QVERIFY((tables.roots == std::vector<std::int64_t>{0, 3}));
        QCOMPARE(tables.depth, 1U);
    }

    /// A chain as deep as forests may be, and one question deeper.
    void tooDeepIsRefused()
    {
        const auto chain = [](std::uint32_t questions) {
            Forest forest{.columns = 1, .roots = {0}, .nodes = {}};
            for (std::uint32_t i = 0; i < questions; ++i) {
                forest.nodes.push_back({.left = 2 * i + 1, .examples = 1});
                forest.nodes.push_back({.examples = 1});
            }
            forest.nodes.push_back({.examples = 1});
            return forest;
        };
        QVERIFY(learn::soundForest(chain(learn::maxForestDepth), 1));
        QCOMPARE(learn::forestDepth(chain(learn::maxForestDepth)), learn::maxForestDepth);
        QVERIFY(!learn::soundForest(chain(learn::maxForestDepth + 1), 1));
    }
};

QTEST_GUILESS_MAIN(ForestTablesTest)
#include "forest_tables_test.moc"
