// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"
#include "engine/learn/inference/forest_cut.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace flowscent;
using learn::ColumnGroup;
using learn::Cut;

namespace {

struct Numbers {
    std::vector<float> values;
    std::vector<std::int32_t> keys;
    std::vector<std::int32_t> draws;

    void add(float value, std::int32_t times)
    {
        values.push_back(value);
        keys.push_back(learn::orderedKey(value));
        draws.push_back(times);
    }
    [[nodiscard]] ColumnGroup group(double weight) const
    {
        std::int64_t total = 0;
        for (const std::int32_t times : draws)
            total += times;
        return {keys, draws, total, weight};
    }
};

Numbers drawn(base::Rng& rng, std::size_t count, std::uint64_t levels, double shift)
{
    Numbers numbers;
    for (std::size_t i = 0; i < count; ++i) {
        const double value = levels > 0 ? static_cast<double>(rng.below(levels)) - 3 : rng.normal();
        numbers.add(static_cast<float>(value + shift), 1 + static_cast<std::int32_t>(rng.below(3)));
    }
    return numbers;
}

/// Gini's impurity of both sides of a threshold, weighed: straight from the definition.
double impurity(const Numbers& a, double weightA, const Numbers& b, double weightB, double threshold)
{
    double sum = 0;
    for (const bool isLeft : {true, false}) {
        const auto weight = [&](const Numbers& numbers, double each) {
            double found = 0;
            for (std::size_t i = 0; i < numbers.values.size(); ++i)
                found += (double{numbers.values[i]} <= threshold) == isLeft ? each * numbers.draws[i] : 0;
            return found;
        };
        const double ofA = weight(a, weightA);
        const double all = ofA + weight(b, weightB);
        if (all > 0)
            sum += all * (1 - std::pow(ofA / all, 2) - std::pow(1 - ofA / all, 2));
    }
    return sum;
}

/// The least impurity of all cuts between different numbers.
double leastImpurity(const Numbers& a, double weightA, const Numbers& b, double weightB)
{
    std::vector<float> all = a.values;
    all.insert(all.end(), b.values.begin(), b.values.end());
    std::ranges::sort(all);
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (all[i] > all[i - 1])
            least = std::min(least, impurity(a, weightA, b, weightB, (double{all[i]} + double{all[i - 1]}) / 2));
    }
    return least;
}

Numbers numbersOf(std::initializer_list<float> values)
{
    Numbers numbers;
    for (const float value : values)
        numbers.add(value, 1);
    return numbers;
}

} // namespace

class ForestCutTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keysKeepTheOrderOfFloats()
    {
        using Limits = std::numeric_limits<float>;
        const std::vector<float> rising{
            Limits::lowest(),           -1,           -Limits::denorm_min(), 0, Limits::denorm_min(), Limits::min(), 1,
            std::nextafter(1.0F, 2.0F), Limits::max()};
        for (std::size_t i = 0; i < rising.size(); ++i) {
            QCOMPARE(learn::valueOf(learn::orderedKey(rising[i])), rising[i]);
            if (i > 0)
                QVERIFY(learn::orderedKey(rising[i - 1]) < learn::orderedKey(rising[i]));
        }
        QCOMPARE(learn::orderedKey(-0.0F), learn::orderedKey(0.0F));
    }

    void isThePurestOfAllCuts_data()
    {
        QTest::addColumn<int>("few");
        QTest::addColumn<int>("many");
        QTest::addColumn<int>("levels");
        QTest::addColumn<double>("weight");
        for (const int few : {1, 2, 5, 40, 150}) {
            for (const int levels : {0, 7}) {
                for (const double weight : {1.0, 31.7})
                    QTest::addRow("%d, %d levels, weight %g", few, levels, weight) << few << 200 << levels << weight;
            }
        }
    }
    void isThePurestOfAllCuts()
    {
        QFETCH(int, few);
        QFETCH(int, many);
        QFETCH(int, levels);
        QFETCH(double, weight);
        base::Rng rng(static_cast<std::uint64_t>(few * 100 + levels));
        learn::CutSpace space;
        for (int round = 0; round < 20; ++round) {
            const Numbers a = drawn(rng, static_cast<std::size_t>(few), static_cast<std::uint64_t>(levels), 1);
            const Numbers b = drawn(rng, static_cast<std::size_t>(many), static_cast<std::uint64_t>(levels), 0);
            const auto cut = learn::bestCut(a.group(weight), b.group(1), space);
            QVERIFY(cut);
            const double least = leastImpurity(a, weight, b, 1);
            QVERIFY(std::abs(impurity(a, weight, b, 1, double{cut->threshold}) - least) < 1e-9 * least + 1e-12);

            const auto swapped = learn::bestCut(b.group(1), a.group(weight), space);
            const auto sorted = learn::bestCutBySorting(a.group(weight), b.group(1), space);
            QVERIFY(swapped && sorted);
            QCOMPARE(swapped->threshold, cut->threshold);
            QCOMPARE(sorted->threshold, cut->threshold);
            QCOMPARE(sorted->purity, cut->purity);
            for (const base::Instructions with : base::allInstructions) {
                if (!base::has(with))
                    continue;
                const auto same = learn::bestCut(a.group(weight), b.group(1), space, with);
                QVERIFY(same);
                QCOMPARE(same->threshold, cut->threshold);
                QCOMPARE(same->purity, cut->purity);
                const auto random = learn::cutAt(0.4, a.group(weight), b.group(1), with);
                QVERIFY(random);
                const double expected = impurity(a, weight, b, 1, double{random->threshold});
                const double total =
                    weight * static_cast<double>(a.group(1).total) + static_cast<double>(b.group(1).total);
                QVERIFY(std::abs(total - expected - random->purity) < 1e-9 * total);
            }
        }
    }

    void liesHalfwayBetweenNeighbours()
    {
        learn::CutSpace space;
        const Numbers threats = numbersOf({5, 9});
        const Numbers others = numbersOf({1, 2});
        const auto cut = learn::bestCut(threats.group(1), others.group(1), space);
        QVERIFY(cut);
        QCOMPARE(cut->threshold, 3.5F);
        QCOMPARE(cut->purity, 4.0); // two pure sides: 2 * 2 / 2 + 2 * 2 / 2
    }

    void neverSendsTheUpperNeighbourLeft()
    {
        const float low = 1.0F;
        const float high = std::nextafter(low, 2.0F);
        const Numbers threats = numbersOf({high});
        const Numbers others = numbersOf({low});
        learn::CutSpace space;
        const auto cut = learn::bestCut(threats.group(1), others.group(1), space);
        QVERIFY(cut);
        QCOMPARE(cut->threshold, low);
        const Numbers huge = numbersOf({std::numeric_limits<float>::max()});
        const Numbers tiny = numbersOf({std::numeric_limits<float>::lowest()});
        QCOMPARE(learn::bestCut(huge.group(1), tiny.group(1), space)->threshold, 0.0F);
    }

    void thereIsNoneInAConstantColumn()
    {
        const Numbers threats = numbersOf({2, 2});
        const Numbers others = numbersOf({2, 2, 2});
        learn::CutSpace space;
        QVERIFY(!learn::bestCut(threats.group(1), others.group(1), space));
        QVERIFY(!learn::bestCutBySorting(threats.group(1), others.group(1), space));
        QVERIFY(!learn::cutAt(0.5, threats.group(1), others.group(1)));
    }

    void aRandomCutLeavesBothSidesOccupied()
    {
        const Numbers threats = numbersOf({4});
        const Numbers others = numbersOf({0, 1, 2, 3});
        for (const double place : {0.0, 0.3, 0.999999999999}) {
            const auto cut = learn::cutAt(place, threats.group(1), others.group(1));
            QVERIFY(cut);
            QVERIFY(cut->threshold >= 0 && cut->threshold < 4);
        }
        const auto middle = learn::cutAt(0.25, threats.group(1), others.group(1));
        QCOMPARE(middle->threshold, 1.0F);
        QCOMPARE(middle->purity, 2.0 + 5.0 / 3.0); // 2 others | 2 others and a threat
    }
};

QTEST_APPLESS_MAIN(ForestCutTest)
#include "forest_cut_test.moc"
