// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "engine/base/random.h"

#include <array>
#include <cmath>
#include <set>

using namespace flowscent::base;

class RandomTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// SplitMix64(42) -> state, then xoshiro256**: printed by the authors' reference C code (prng.di.unimi.it).
    void followsTheReferenceSequence()
    {
        Rng rng(42);
        for (const std::uint64_t expected :
             {0x15780b2e0c2ec716ULL, 0x6104d9866d113a7eULL, 0xae17533239e499a1ULL, 0xecb8ad4703b360a1ULL})
            QCOMPARE(rng.next(), expected);
    }

    void belowIsUniform()
    {
        constexpr std::uint64_t cells = 7;
        constexpr double draws = 70'000;
        std::array<double, cells> counts{};
        Rng rng(1);
        for (int i = 0; i < static_cast<int>(draws); ++i)
            ++counts[rng.below(cells)];
        double chiSquare = 0;
        for (const double count : counts)
            chiSquare += (count - draws / cells) * (count - draws / cells) / (draws / cells);
        QVERIFY2(chiSquare < 22.5, "chi-square with 6 degrees of freedom exceeds its 99.9 % point");
    }

    void uniformStaysInItsInterval()
    {
        Rng rng(3);
        double sum = 0;
        for (int i = 0; i < 10'000; ++i) {
            const double drawn = rng.uniform();
            QVERIFY(drawn >= 0 && drawn < 1);
            sum += drawn;
        }
        QVERIFY(std::abs(sum / 10'000 - 0.5) < 0.015); // 5 standard errors
    }

    void normalHasMeanZeroAndVarianceOne()
    {
        Rng rng(4);
        double sum = 0;
        double squares = 0;
        constexpr int draws = 20'000;
        for (int i = 0; i < draws; ++i) {
            const double drawn = rng.normal();
            sum += drawn;
            squares += drawn * drawn;
        }
        QVERIFY(std::abs(sum / draws) < 0.036); // 5 standard errors
        QVERIFY(std::abs(squares / draws - 1) < 0.05);
    }

    void samplesAreDistinctAndWithinRange()
    {
        Rng rng(5);
        const auto drawn = rng.sample(100, 30);
        const std::set<std::uint32_t> distinct(drawn.begin(), drawn.end());
        QCOMPARE(drawn.size(), std::size_t(30));
        QCOMPARE(distinct.size(), std::size_t(30));
        QVERIFY(*distinct.rbegin() < 100);
        QCOMPARE(rng.sample(3, 10).size(), std::size_t(3));
        QVERIFY(rng.sample(0, 10).empty());
    }

    void forksAreIndependentOfLaterDraws()
    {
        Rng one(6);
        Rng two(6);
        Rng early = one.fork(9);
        (void)two.fork(8);
        Rng late = two.fork(9);
        QCOMPARE(early.next(), late.next());
        QVERIFY(one.fork(1).next() != one.fork(2).next());
    }

    /// Every kind of draw, from a generator in the middle of its life: what is resumed must not differ in one bit.
    void goesOnFromItsState()
    {
        Rng running(7);
        for (int i = 0; i < 101; ++i)
            (void)running.normal();
        auto resumed = Rng::fromState(running.state());
        QVERIFY(resumed);
        QVERIFY(resumed->state() == running.state());
        for (int i = 0; i < 100; ++i) {
            QCOMPARE(resumed->next(), running.next());
            QCOMPARE(resumed->below(5), running.below(5));
            QVERIFY(resumed->normal() == running.normal());
            QVERIFY(resumed->sample(9, 4) == running.sample(9, 4));
        }
        QCOMPARE(resumed->fork(3).next(), running.fork(3).next());
    }

    /// The reference C code (prng.di.unimi.it) demands a state that is not everywhere zero.
    void refusesTheStateThatItCouldNotLeave()
    {
        QVERIFY(!Rng::fromState({}));
        QVERIFY(Rng::fromState({0, 0, 0, 1}));
    }
};

QTEST_GUILESS_MAIN(RandomTest)
#include "random_test.moc"
