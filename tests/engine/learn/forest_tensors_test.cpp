// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/inference/forest.h"
#include "tests/engine/learn/forest_tasks.h"

#include <functional>
#include <limits>

using namespace flowscent;
using base::TensorFile;
using learn::Forest;

using Change = std::function<void(TensorFile&)>;
Q_DECLARE_METATYPE(Change)

namespace {

constexpr std::size_t fields = 5;
enum Field : std::size_t { Column, Threshold, Left, Share, Examples };

/// One tree by hand: 10 draws, a question about column 1, below its right side one about column 0.
Forest smallForest()
{
    return {.columns = 2,
            .roots = {0},
            .nodes = {{.column = 1, .left = 1, .examples = 10, .threshold = 0.5F, .share = 0.3F},
                      {.column = 0, .left = 0, .examples = 6, .threshold = 0, .share = 0},
                      {.column = 0, .left = 3, .examples = 4, .threshold = -2, .share = 0.75F},
                      {.column = 0, .left = 0, .examples = 1, .threshold = 0, .share = 0},
                      {.column = 0, .left = 0, .examples = 3, .threshold = 0, .share = 1}}};
}

TensorFile smallFile()
{
    TensorFile file;
    learn::putForest(file, "forest", smallForest());
    return file;
}

Change put(std::size_t node, Field field, float value)
{
    return [=](TensorFile& file) { file.tensors["forest.nodes"].values[node * fields + field] = value; };
}

/// A chain of questions, `depth` long.
TensorFile chain(std::size_t depth)
{
    Forest forest{.columns = 1, .roots = {0}, .nodes = {}};
    auto left = static_cast<std::uint32_t>(depth);
    for (std::uint32_t i = 0; i < depth; ++i, --left) {
        const std::uint32_t place = 2 * i;
        forest.nodes.resize(place + 1);
        forest.nodes[place] = {.column = 0, .left = place + 1, .examples = left + 1, .threshold = 0, .share = 0};
        forest.nodes.push_back({.column = 0, .left = 0, .examples = 1, .threshold = 0, .share = 1});
    }
    forest.nodes.push_back({.column = 0, .left = 0, .examples = 1, .threshold = 0, .share = 0});
    TensorFile file;
    learn::putForest(file, "forest", forest);
    return file;
}

} // namespace

class ForestTensorsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aForestComesBackAsItWas()
    {
        const test::ForestTask task = test::forestTask(1, 5, 200);
        const auto forest = learn::fitForest(task.rows, task.isThreat, {.trees = 20}, 3);
        QVERIFY(forest);
        TensorFile file;
        learn::putForest(file, "part.0", *forest);
        learn::putForest(file, "part.1", smallForest());
        const std::string bytes = base::serialise(file);
        const auto parsed =
            base::parseTensors({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "detector");
        QVERIFY(parsed);
        const auto first = learn::forestFromTensors(*parsed, "part.0");
        const auto second = learn::forestFromTensors(*parsed, "part.1");
        QVERIFY(first && second);
        QVERIFY(*first == *forest);
        QVERIFY(*second == smallForest());
    }

    void whatIsNoForestIsRefused_data()
    {
        constexpr float nan = std::numeric_limits<float>::quiet_NaN();
        QTest::addColumn<Change>("change");
        const auto row = [](const char* name, const Change& change) { QTest::newRow(name) << change; };
        row("a column beyond the columns", put(0, Column, 2));
        row("a column below none", put(0, Column, -1));
        row("a column between two", put(0, Column, 0.5F));
        row("a column that is no number", put(0, Column, nan));
        row("a threshold that is no number", put(0, Threshold, nan));
        row("an infinite threshold", put(2, Threshold, -std::numeric_limits<float>::infinity()));
        row("a child that is its parent", put(2, Left, 2));
        row("a child before its parent", put(2, Left, 1));
        row("a right child beyond the tree", put(2, Left, 4));
        row("a child beyond everything", put(2, Left, 1e9F));
        row("a child with a fraction", put(2, Left, 3.5F));
        row("a negative child", put(2, Left, -3));
        row("two parents of one child", put(1, Left, 3));
        row("nodes nobody asks", put(2, Left, 0));
        row("a share above 1", put(4, Share, 1.5F));
        row("a share below 0", put(4, Share, -0.5F));
        row("a share that is no number", put(4, Share, nan));
        row("no examples", put(3, Examples, 0));
        row("examples that do not add up", put(3, Examples, 2));
        row("examples that nobody can count", put(0, Examples, 1e20F));
        row("no columns", [](TensorFile& file) { file.tensors["forest.columns"].values[0] = 0; });
        row("too many columns", [](TensorFile& file) { file.tensors["forest.columns"].values[0] = 1e7F; });
        row("two numbers of columns", [](TensorFile& file) { file.put("forest.columns", std::vector<float>{2, 2}); });
        row("no trees", [](TensorFile& file) { file.tensors["forest.trees"] = {.shape = {0}, .values = {}}; });
        row("too many trees", [](TensorFile& file) {
            file.put("forest.trees", std::vector<float>(learn::maxForestTrees + 1, 1));
            file.put("forest.nodes", base::Matrix(learn::maxForestTrees + 1, fields));
            for (std::size_t i = 0; i <= learn::maxForestTrees; ++i)
                put(i, Examples, 1)(file);
        });
        row("too many nodes", [](TensorFile& file) {
            file.put("forest.trees", std::vector<float>{static_cast<float>(learn::maxForestNodes + 1)});
            file.put("forest.nodes", base::Matrix(learn::maxForestNodes + 1, fields));
        });
        row("an empty tree", [](TensorFile& file) { file.put("forest.trees", std::vector<float>{5, 0}); });
        row("a tree longer than the nodes", [](TensorFile& file) { file.put("forest.trees", std::vector<float>{6}); });
        row("nodes beyond the trees", [](TensorFile& file) { file.put("forest.trees", std::vector<float>{3}); });
        row("nodes of four numbers", [](TensorFile& file) { file.put("forest.nodes", base::Matrix(5, 4)); });
        row("too long a way", [](TensorFile& file) { file = chain(learn::maxForestDepth + 1); });
        for (const char* tensor : {"forest.columns", "forest.trees", "forest.nodes"})
            row(tensor, [tensor](TensorFile& file) { file.tensors.erase(tensor); });
    }
    void whatIsNoForestIsRefused()
    {
        QFETCH(Change, change);
        TensorFile file = smallFile();
        QVERIFY(learn::forestFromTensors(file, "forest"));
        change(file);
        const auto forest = learn::forestFromTensors(file, "forest");
        QVERIFY(!forest);
        QCOMPARE(forest.error().code, base::Error::Code::Model);
    }

    void theLongestWayAllowedIsWalkedAndExplained()
    {
        const auto forest = learn::forestFromTensors(chain(learn::maxForestDepth), "forest");
        QVERIFY(forest);
        base::Matrix rows(1, 1);
        rows.row(0)[0] = 1; // right, and right again
        QCOMPARE(learn::forestShares(*forest, rows)[0], 0.0);
        const auto why = learn::forestContributions(*forest, rows.row(0));
        QVERIFY(std::abs(why.expected + why.columns[0]) < 1e-12);
        QVERIFY(std::abs(why.expected - 64.0 / 65.0) < 1e-12); // of 65 draws one ended at the chain's end
    }
};

QTEST_APPLESS_MAIN(ForestTensorsTest)
#include "forest_tensors_test.moc"
