// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/learn/projection/fuzzy_graph.h"
#include "tests/engine/learn/projection/made_rows.h"

#include <algorithm>
#include <cmath>
#include <set>

using namespace flowscent;
using learn::Neighbours;

namespace {

double recall(const Neighbours& found, const Neighbours& exact)
{
    std::size_t hits = 0;
    for (std::size_t row = 0; row < exact.count(); ++row) {
        for (const std::uint32_t other : found.of(row))
            hits += std::ranges::count(exact.of(row), other) > 0 ? 1U : 0U;
    }
    return double(hits) / double(exact.rows.size());
}

} // namespace

class NeighboursTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comparingAllPairsFindsTheNearest()
    {
        const base::Matrix rows = test::plainRows();
        const auto exact = learn::exactNeighbours(rows, 4, {}).value();
        for (std::size_t row = 0; row < rows.rows; ++row) {
            std::vector<std::pair<double, std::uint32_t>> all;
            for (std::uint32_t other = 0; other < rows.rows; ++other) {
                double apart = 0;
                for (std::size_t k = 0; k < rows.columns; ++k)
                    apart += std::pow(double{rows.row(row)[k]} - double{rows.row(other)[k]}, 2);
                if (other != row)
                    all.emplace_back(apart, other);
            }
            std::ranges::sort(all);
            for (std::size_t i = 0; i < 4; ++i)
                QVERIFY(std::abs(double{exact.distancesOf(row)[i]} - all[i].first) < 1e-5);
        }
    }

    void nearlyAllNeighboursAreFound()
    {
        const base::Matrix rows = test::clouds(5000, 32, 12, 1.5, 4);
        const auto exact = learn::exactNeighbours(rows, 15, {}).value();
        const auto near = learn::nearNeighbours(rows, {}, {}, {}).value();
        const double share = recall(near, exact);
        QVERIFY2(share >= 0.9, QByteArray::number(share));
    }

    void noRowIsItsOwnNeighbourOrTwiceThere()
    {
        base::Matrix rows = test::clouds(3000, 16, 3, 2, 4);
        for (std::size_t row = 0; row < 2000; ++row) // two thirds are one row
            std::ranges::copy(rows.row(2999), rows.row(row).begin());
        const auto near = learn::nearNeighbours(rows, {}, {}, {}).value();
        for (std::uint32_t row = 0; row < rows.rows; ++row) {
            const auto others = near.of(row);
            QCOMPARE(std::set<std::uint32_t>(others.begin(), others.end()).size(), others.size());
            QVERIFY(std::ranges::count(others, row) == 0);
            QVERIFY(std::ranges::is_sorted(near.distancesOf(row)));
        }
        QCOMPARE(near.distancesOf(0)[14], 0.0F);
    }

    void knownRowsAreFoundAgain()
    {
        const base::Matrix known = test::clouds(4000, 32, 12, 1.5, 4);
        const std::vector<std::uint32_t> asking{7, 3999, 12};
        const auto found = learn::nearestKnown(known, known, asking, {.each = 3, .trees = 4}, {}, {}).value();
        for (std::size_t i = 0; i < asking.size(); ++i) {
            QCOMPARE(found.of(i)[0], asking[i]);
            QCOMPARE(found.distancesOf(i)[0], 0.0F);
        }
    }

    /// What umap-learn gives for a spread of 1 (find_ab_params).
    void theCurveIsTheOneThatIsPublished()
    {
        const learn::UmapCurve usual = learn::fitCurve(0.1);
        QVERIFY(std::abs(usual.a - 1.5769434603) < 1e-4);
        QVERIFY(std::abs(usual.b - 0.8950608780) < 1e-4);
    }

    void whatARowSeesAddsUpToTheLogarithm()
    {
        Neighbours one(1, 8); // of a single row, so that nothing is joined
        for (std::uint32_t i = 0; i < 8; ++i)
            one.offer(0, i + 1, float(i + 1) * float(i + 1));
        double sum = 0;
        for (const learn::FuzzyEdge& edge : learn::fuzzyGraph(one)) {
            QVERIFY(edge.a < edge.b);
            sum += double{edge.weight};
        }
        QVERIFY(std::abs(sum - 3) < 1e-4); // log2 8
        QCOMPARE(learn::fuzzyGraph(one).front().weight, 1.0F);
    }

    void pairsThatSeeEachOtherAreJoined()
    {
        Neighbours pair(2, 1);
        pair.offer(0, 1, 4);
        pair.offer(1, 0, 4);
        const auto edges = learn::fuzzyGraph(pair);
        QCOMPARE(edges.size(), std::size_t{1});
        QCOMPARE(edges[0], (learn::FuzzyEdge{0, 1, 1}));
    }
};

QTEST_APPLESS_MAIN(NeighboursTest)
#include "neighbours_test.moc"
